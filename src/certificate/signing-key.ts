import {createHash, createPublicKey, type KeyObject} from 'node:crypto';

/** An Ed25519 key that certificates and journals can be signed with. */
export interface SigningKey extends VerificationKey {
	/** Never printed, written or put into an event; JSON makes an empty object of it. */
	readonly privateKey: KeyObject;
}

/** The public half. */
export interface VerificationKey {
	/** JWK thumbprint: SHA-256, base64url (RFC 7638, RFC 8037 appendix A.3). */
	readonly keyId: string;
	/** SubjectPublicKeyInfo in base64: what stands between the lines of its PEM file. */
	readonly publicKey: string;
}

/** 43 characters of base64url. */
export const keyIdPattern = /^[\w-]{43}$/;

/** @throws TypeError for a key of another kind. */
export const describeKey = (key: KeyObject): VerificationKey => {
	if (key.asymmetricKeyType !== 'ed25519') {
		throw new TypeError(`it is of the kind ${key.asymmetricKeyType}`);
	}

	const half = key.type === 'private' ? createPublicKey(key) : key;
	const {x} = half.export({format: 'jwk'});
	return {
		keyId: createHash('sha256').update(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`).digest('base64url'),
		publicKey: half.export({type: 'spki', format: 'der'}).toString('base64'),
	};
};

/** The key that such a text stands for; `undefined` where it is none, or is not written as we would. */
export const readPublicKey = (
	publicKey: string,
): (VerificationKey & {readonly key: KeyObject}) | undefined => {
	try {
		const key = createPublicKey({key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki'});
		const described = describeKey(key);
		return described.publicKey === publicKey ? {...described, key} : undefined;
	} catch {
		return undefined;
	}
};

export const publicPem = ({publicKey}: VerificationKey): string =>
	`-----BEGIN PUBLIC KEY-----\n${publicKey}\n-----END PUBLIC KEY-----\n`;
