import {rm} from 'node:fs/promises';
import path from 'node:path';
import type {SigningKey} from '../certificate/signing-key.ts';
import {SanitizeError} from '../errors.ts';
import {readKeyFile} from './key-file.ts';

/** Where a run that will be another process leaves its unlocked key for it: /run is memory, file-hierarchy(7). */
export const handoverFile = (runId: string, root: string): string =>
	path.join(root, 'run', `zeroize-${runId}.key`);

/**
The key that the process before us left.
@throws SanitizeError KEY_UNUSABLE when it is not there, or another one.
*/
export const readHandedOver = async (
	file: string,
	{keyId, uid}: {readonly keyId: string; readonly uid: number},
): Promise<SigningKey> => {
	try {
		const key = (await readKeyFile(file, {uid})).unlock();
		if (key.keyId === keyId) {
			return key;
		}
	} catch (error) {
		throw notThere(keyId, error);
	}

	throw notThere(keyId);
};

export const forgetHandedOver = async (file: string): Promise<void> => rm(file, {force: true});

const notThere = (keyId: string, cause?: unknown): SanitizeError =>
	new SanitizeError('KEY_UNUSABLE', `the key ${keyId} was not handed over`, {
		hint: 'start a new run',
		cause,
	});
