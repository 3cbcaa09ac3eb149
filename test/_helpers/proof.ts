import {readFile} from 'node:fs/promises';
import path from 'node:path';
import type {SigningKey} from '../../src/certificate/signing-key.ts';
import {createKeyFile, readKeyFile} from '../../src/keys/key-file.ts';
import type {Cleanup} from './cleanup.ts';
import {createPlace, type Place} from './cli.ts';
import {runMain} from './main.ts';

export interface TestKey extends SigningKey {
	readonly file: string;
}

const {uid} = {uid: process.getuid?.() ?? 0};

export const makeKey = async (place: Place, name = 'key.pem', passphrase?: string): Promise<TestKey> => {
	const file = path.join(place.directory, name);
	await createKeyFile(file, passphrase);
	const key = await readKeyFile(file, {uid});
	return {...key.unlock(passphrase), file};
};

export interface SignedRun {
	readonly place: Place;
	readonly key: TestKey;
	readonly image: string;
	readonly certificateFile: string;
	readonly journalFile: string;
	readonly certificate: Buffer;
	readonly journal: Buffer;
}

/** A real run on a small file, signed; `options` besides. */
export const signedRun = async (t: Cleanup, ...options: readonly string[]): Promise<SignedRun> => {
	const place = await createPlace(t);
	const key = await makeKey(place);
	const image = await place.image(4096);
	const {exitCode, stderr} = await runMain([
		...['run', 'erase', '--device', `file:${image}`, '--confirm', image, '--eraser', 'direct'],
		...[...place.args, '--key', key.file, ...options],
	]);
	if (exitCode !== 0) {
		throw new Error(`exit ${exitCode}: ${stderr}`);
	}

	const [directory = ''] = (await place.runs()).log;
	const [certificateFile, journalFile] = [
		path.join(directory, 'certificate.json'),
		path.join(directory, 'journal.jsonl'),
	];
	const [certificate, journal] = await Promise.all([readFile(certificateFile), readFile(journalFile)]);
	return {place, key, image, certificateFile, journalFile, certificate, journal};
};
