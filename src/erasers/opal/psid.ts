import {SanitizeError} from '../../errors.ts';
import {readOwnFile} from '../../files/read-file.ts';
import {requireSecret} from '../../keys/secret-file.ts';

const maxBytes = 64 * 1024;

/** TCG Opal SSC Feature Set PSID 1.00: 32 characters. On the label without dashes. */
const pattern = /^[\dA-Z]{32}$/;

const wayOut =
	'write it as it stands on the label of the drive, 32 capitals and digits: alone, or a line "SERIAL PSID" for each drive';

/**
The PSID of a drive, from a file with it alone, or with a line `SERIAL PSID` for each of many drives.
@throws SanitizeError KEY_UNUSABLE; also when others can read the file.
*/
export const readPsid = async (file: string, serial: string | null): Promise<string> => {
	const refuse = (message: string, cause?: unknown) =>
		new SanitizeError('KEY_UNUSABLE', message, {hint: wayOut, cause});
	const uid = process.getuid?.() ?? 0;
	const bytes = await readOwnFile(file, {
		...{maxBytes, refuse},
		async check(handle) {
			const {mode, uid: owner} = await handle.stat();
			try {
				requireSecret(file, {mode, uid: owner}, uid);
			} catch (error) {
				throw refuse(error instanceof Error ? error.message : `reading ${file}`, error);
			}
		},
	});
	const lines = bytes
		.toString()
		.split('\n')
		.map(line => line.trim().split(/\s+/))
		.filter(([first]) => first !== '');
	const [only] = lines;
	const own = lines.find(words => words.length === 2 && words[0] === serial)?.[1];
	const psid = own ?? (lines.length === 1 && only?.length === 1 ? only[0] : undefined);
	// What stands in it is never told.
	if (psid === undefined || !pattern.test(psid)) {
		throw refuse(
			`reading ${file}: ${psid === undefined ? `it has no PSID for the drive ${serial ?? 'without a serial number'}` : 'what it has is no PSID'}`,
		);
	}

	return psid;
};
