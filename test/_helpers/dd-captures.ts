import {createDdReader, type DdReport} from '../../src/erasers/dd/report.ts';

/** Bytes of the device that the captures of GNU dd were made on. */
export const gnuBytes = 67_109_376;

export const complaint = (errno: string, doing = 'error writing'): string =>
	`/usr/bin/dd: ${doing} '/dev/loop0': ${errno}`;

/** What dd's reader makes of these chunks. */
export const readReport = (...chunks: readonly string[]): DdReport => {
	const reader = createDdReader();
	for (const chunk of chunks) {
		reader.push(chunk);
	}

	return reader.report();
};
