import {mkdir, readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import {$} from 'zx';

/** What a run delivered to the disk labelled EVIDENCE. */
export interface Evidence {
	readonly journalFile: string;
	readonly journal: string;
	readonly certificateFile: string;
	readonly certificate: string;
}

/** Copies everything off the image of an ext4, without mounting it, and reads the one run in it. */
export const readEvidence = async (image: string, directory: string): Promise<Evidence> => {
	await mkdir(directory, {recursive: true});
	await $`debugfs -R ${`rdump / ${directory}`} ${image}`.quiet();
	const runs = (await readdir(directory)).filter(name => name.startsWith('router-'));
	const [run = ''] = runs;
	if (runs.length !== 1) {
		throw new Error(`the disk EVIDENCE holds ${runs.length} runs: ${runs.join(', ')}`);
	}

	const journalFile = path.join(directory, run, 'journal.jsonl');
	const certificateFile = path.join(directory, run, 'certificate.json');
	return {
		journalFile,
		journal: await readFile(journalFile, 'utf8'),
		certificateFile,
		certificate: await readFile(certificateFile, 'utf8'),
	};
};
