import {generateKeyPairSync} from 'node:crypto';
import {describeKey, type SigningKey} from '../../src/certificate/signing-key.ts';

/** A key in memory alone. */
export const newKey = (): SigningKey => {
	const {privateKey} = generateKeyPairSync('ed25519');
	return {...describeKey(privateKey), privateKey};
};
