import {isPictureRow, photograph, scan} from '../../_helpers/console-picture.ts';

/** What a scanner reads off the QR codes that a console shows. */
export const scanConsole = async (text: string): Promise<readonly string[]> => {
	const texts: string[] = [];
	for (const rows of picturesIn(text)) {
		texts.push(...(await scan(photograph(rows))));
	}

	return texts;
};

const fewestRows = 15;

const picturesIn = (text: string): readonly (readonly string[])[] => {
	const pictures: string[][] = [];
	let rows: string[] = [];
	for (const line of [...text.split('\n'), '']) {
		if (line !== '' && isPictureRow(line)) {
			rows.push(line);
			continue;
		}

		if (rows.length >= fewestRows) {
			pictures.push(rows);
		}

		rows = [];
	}

	return pictures;
};
