import {createHash, sign, verify} from 'node:crypto';
import {readPublicKey, type SigningKey, type VerificationKey} from '../certificate/signing-key.ts';

/** What proves a line of a journal by itself. */
export interface Seal {
	/** Of the line without its seal, in hexadecimal. */
	readonly sha256: string;
	/** Id of the key that signed it. */
	readonly key?: string;
	/** Ed25519 in base64url, of `zeroize-journal:` and `sha256`. */
	readonly signature?: string;
}

/** The line with its seal, which stands last in it. */
export const sealLine = (line: string, key: SigningKey | undefined): string => {
	const sha256 = hashOf(line);
	const seal: Seal = key
		? {
				sha256,
				key: key.keyId,
				signature: sign(null, signedText(sha256), key.privateKey).toString('base64url'),
			}
		: {sha256};
	return `${line.slice(0, -1)},"seal":${JSON.stringify(seal)}}`;
};

const hashOf = (line: string): string => createHash('sha256').update(line).digest('hex');

// No JWS begins like this: a signature of one thing is never one of another.
const signedText = (sha256: string): Uint8Array => Buffer.from(`zeroize-journal:${sha256}`);

const pattern =
	/^(.*),"seal":\{"sha256":"([0-9a-f]{64})"(?:,"key":"[\w-]{43}","signature":"[\w-]{85}[AQgw]")?\}\}$/;

/** What is wrong with the seal of a line that has one; `null` when nothing is. Its signature is not looked at. */
export const checkSeal = (line: string): string | null => {
	const [, body, sha256] = pattern.exec(line) ?? [];
	return body !== undefined && hashOf(`${body}}`) === sha256
		? null
		: 'it does not fit its seal: it was changed';
};

/** Whether this key signed the seal. */
export const isSealedBy = ({sha256, key, signature}: Seal, {keyId, publicKey}: VerificationKey): boolean => {
	const known = readPublicKey(publicKey);
	return (
		known !== undefined &&
		key === keyId &&
		signature !== undefined &&
		verify(null, signedText(sha256), known.key, Buffer.from(signature, 'base64url'))
	);
};
