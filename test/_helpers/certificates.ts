import {readFileSync} from 'node:fs';
import path from 'node:path';

const read = (name: string): string =>
	readFileSync(path.join(import.meta.dirname, `../../fixtures/certificates/${name}.json`), 'utf8');

/** Exact texts: two as issued for loop devices; two changed to tell of a system disk, and of a disk with much to tell. */
export const certificateFixtures = {
	loop: read('loop'),
	'loop-sampled': read('loop-sampled'),
	'system-disk': read('system-disk'),
	long: read('long'),
} as const;
