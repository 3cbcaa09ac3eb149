import canonicalize from 'canonicalize';
import {FlattenedSign, flattenedVerify} from 'jose';
import type {Certificate} from '../certificate.ts';
import {SanitizeError, toSanitizeError} from '../errors.ts';
import type {Signature, Validation} from './signature-schema.ts';
import {readPublicKey, type SigningKey, type VerificationKey} from './signing-key.ts';

// Fully specified (RFC 9864): EdDSA leaves open which curve.
const algorithm = 'Ed25519';

/**
The certificate signed by who carries out the run. Ed25519 is deterministic: the same certificate and key give the same text.
@throws SanitizeError CERTIFICATE_NOT_ISSUED for text that JSON cannot canonically have.
*/
export const signPerformed = async (certificate: Certificate, key: SigningKey): Promise<Certificate> => {
	const role = 'performed-by';
	const {signatures: _, ...unsigned} = certificate;
	const {publicKey} = key;
	const payload = canonicalText(unsigned);
	return {...unsigned, signatures: [{role, publicKey, ...(await sign(payload, role, key))}]};
};

/**
A certificate that was signed by who carried out the run, signed by the validator as well. Both the first signature and what the validator says are signed.
@throws SanitizeError USAGE when it is not signed, or has a second signature already.
*/
export const signValidated = async (
	certificate: Certificate,
	validation: Validation,
	key: SigningKey,
): Promise<Certificate> => {
	const role = 'validated-by';
	const [performed, other] = certificate.signatures ?? [];
	if (!performed || other) {
		throw new SanitizeError('USAGE', performed ? 'it has both signatures already' : 'nobody has signed it', {
			hint: performed ? 'see: zeroize certificate verify' : 'a run signs its certificate with --key FILE',
		});
	}

	const {publicKey} = key;
	const payload = canonicalText({...certificate, signatures: [performed, {role, validation, publicKey}]});
	const second = {role, validation, publicKey, ...(await sign(payload, role, key))} as const;
	return {...certificate, signatures: [performed, second]};
};

const canonicalText = (value: object): string => {
	try {
		return canonicalize(value) ?? '';
	} catch (error) {
		throw new SanitizeError('CERTIFICATE_NOT_ISSUED', `signing it: ${toSanitizeError(error).message}`, {
			hint: 'give text in Unicode for what stands in it',
			cause: error,
		});
	}
};

const sign = async (
	payload: string,
	role: Signature['role'],
	{keyId, privateKey}: SigningKey,
): Promise<{protected: string; signature: string}> => {
	const jws = await new FlattenedSign(Buffer.from(payload))
		.setProtectedHeader(headerOf(role, keyId))
		.sign(privateKey);
	return {protected: jws.protected ?? '', signature: jws.signature};
};

const headerOf = (role: Signature['role'], keyId: string) => ({alg: algorithm, kid: keyId, role});

/** The canonical text that signature number `index` of a certificate is over. */
const payloadOf = (certificate: Certificate, index: number): string => {
	const {signatures, ...unsigned} = certificate;
	const signature = signatures?.[index];
	if (signature?.role !== 'validated-by') {
		return canonicalText(unsigned);
	}

	const {protected: _, signature: __, ...signed} = signature;
	return canonicalText({...unsigned, signatures: [signatures?.[0], signed]});
};

/**
Checks signature number `index` of a certificate; gives its key.
@throws SanitizeError CERTIFICATE_MISMATCH.
*/
export const verifySignature = async (certificate: Certificate, index: number): Promise<VerificationKey> => {
	const signature = (certificate.signatures ?? [])[index];
	const key = signature && readPublicKey(signature.publicKey);
	if (!signature || !key) {
		throw mismatch('its public key is not an Ed25519 key');
	}

	const {role, protected: header} = signature;
	const expected = Buffer.from(JSON.stringify(headerOf(role, key.keyId))).toString('base64url');
	if (header !== expected) {
		throw mismatch('its protected header is not of this role and key');
	}

	const payload = Buffer.from(payloadOf(certificate, index)).toString('base64url');
	try {
		await flattenedVerify({payload, protected: header, signature: signature.signature}, key.key, {
			algorithms: [algorithm],
		});
	} catch (error) {
		throw mismatch('the certificate, or the signature, is not what was signed', error);
	}

	return {keyId: key.keyId, publicKey: key.publicKey};
};

const mismatch = (message: string, cause?: unknown): SanitizeError =>
	new SanitizeError('CERTIFICATE_MISMATCH', message, {
		hint: 'it was changed, or its signature is of another one: do not release the device on it',
		cause,
	});
