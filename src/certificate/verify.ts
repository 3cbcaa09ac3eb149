import {type Certificate, certificateSchema, certificateText, parseCertificate} from '../certificate.ts';
import {SanitizeError, toSanitizeError} from '../errors.ts';
import {journalText} from '../journal.ts';
import {shown} from '../shown.ts';
import type {Signature} from './signature-schema.ts';
import {verifySignature} from './signatures.ts';
import type {VerificationKey} from './signing-key.ts';
import {findUnknownField} from './unknown-field.ts';
import type {Check} from './verify/check.ts';
import {checkJournal} from './verify/journal.ts';

export interface Evidence {
	/** The certificate file, to the byte. */
	readonly bytes: Buffer;
	/** The journal file, to the byte. */
	readonly journal?: Buffer | undefined;
	/** Ids of the keys that must have signed. */
	readonly keyIds: readonly string[];
	readonly nonce?: string | undefined;
}

/**
Looks at everything that proves a certificate, one thing after the other, and ends with the first that fails. A certificate is proved when none fails; what could not be looked at is said.
*/
export async function* verifyCertificate(evidence: Evidence): AsyncGenerator<Check> {
	const checks = checksOf(evidence);
	try {
		for (;;) {
			const {done, value} = await checks.next();
			if (done) {
				return;
			}

			yield value;
		}
	} catch (thrown) {
		const error = toSanitizeError(thrown);
		if (!expected.has(error.code)) {
			throw error;
		}

		yield {result: 'failed', text: error.message, hint: error.hint ?? 'do not release the device on it'};
	}
}

const expected = new Set(['CERTIFICATE_MISMATCH', 'CERTIFICATE_INVALID', 'JOURNAL_INVALID']);

async function* checksOf({bytes, journal, keyIds, nonce}: Evidence): AsyncGenerator<Check, undefined> {
	const certificate = readExactly(bytes);
	yield ok('the file is written as zeroize writes it');
	const keys = [];
	for (const [index, signature] of signaturesOf(certificate).entries()) {
		const key = await verifySignature(certificate, index).catch(error => {
			throw mismatch(`signature of ${signature.role}: ${toSanitizeError(error).message}`);
		});
		yield ok(`signature of ${signature.role}, key ${key.keyId}${whatItSays(signature)}`);
		keys.push({...key, role: signature.role});
	}

	yield ok(describe(certificate));
	yield* checkKeys(keys, keyIds);
	requireApproval(certificate);
	yield checkNonce(certificate, nonce);
	if (journal) {
		yield* checkJournal(certificate, journalText(journal, 'the journal'), journal.length, keys[0]);
	} else {
		yield notChecked('the journal: none was given (--journal FILE)');
	}

	return undefined;
}

const ok = (text: string): Check => ({result: 'ok', text});

const notChecked = (text: string): Check => ({result: 'not checked', text});

/** @throws SanitizeError CERTIFICATE_MISMATCH, CERTIFICATE_INVALID. */
export const readExactly = (bytes: Buffer): Certificate => {
	if (!Buffer.from(bytes.toString()).equals(bytes)) {
		throw mismatch('the certificate: it is not text in UTF-8');
	}

	const text = bytes.toString();
	const certificate = parseCertificate(text, 'the certificate');
	// As it was read: what the schema makes of it has another order.
	const value: Certificate = JSON.parse(text);
	if (certificateText(value) !== text) {
		throw mismatch('the certificate: it is not written as zeroize writes it');
	}

	const unknown = findUnknownField(certificateSchema, value);
	if (unknown !== null) {
		throw mismatch(`the certificate: this zeroize knows no field ${shown(unknown)}`);
	}

	return certificate.signatures ? value : refuseUnsigned();
};

const refuseUnsigned = (): never => {
	throw mismatch('the certificate: nobody has signed it');
};

const signaturesOf = ({signatures}: Certificate): readonly Signature[] => signatures ?? [];

const describe = ({serialNumber, device, runId, rehearsal, method, technique}: Certificate): string =>
	[
		`it certifies ${shown(serialNumber ?? device.path)}: sanitized (${method}, ${technique}), run ${shown(runId)}`,
		...(rehearsal ? ['A REHEARSAL'] : []),
	].join(', ');

const whatItSays = (signature: Signature): string => {
	if (signature.role === 'performed-by') {
		return '';
	}

	const {decision, name, date} = signature.validation;
	return `: ${decision} by ${shown(name ?? 'somebody without a name')}, ${shown(date)}`;
};

function* checkKeys(
	keys: ReadonlyArray<VerificationKey & {readonly role: string}>,
	keyIds: readonly string[],
): Generator<Check> {
	const stray = keyIds.find(keyId => !keys.some(key => key.keyId === keyId));
	if (stray !== undefined) {
		throw mismatch(`the key ${stray} has not signed it`);
	}

	for (const {keyId, role} of keys) {
		if (keyIds.includes(keyId)) {
			yield ok(`key ${keyId} of ${role} is one that you gave`);
		} else if (keyIds.length > 0 && role === 'performed-by') {
			throw mismatch(`signature of performed-by: its key ${keyId} is none that you gave`);
		} else {
			yield notChecked(`whose key signed as ${role}: it is only the one in the file (--key PUBKEY)`);
		}
	}
}

const requireApproval = (certificate: Certificate): void => {
	for (const signature of signaturesOf(certificate)) {
		if (signature.role === 'validated-by' && signature.validation.decision !== 'approved') {
			throw mismatch('validation: the validator has rejected it');
		}
	}
};

const checkNonce = ({nonce}: Certificate, wanted: string | undefined): Check => {
	if (wanted === undefined) {
		return notChecked(
			`that it is not an older one: ${nonce === undefined ? 'it has no nonce' : 'no nonce was given (--nonce TEXT)'}`,
		);
	}

	if (nonce !== wanted) {
		throw mismatch(
			`nonce: it is ${nonce === undefined ? 'missing' : `"${shown(nonce)}"`}, not the one that you gave`,
		);
	}

	return ok(`nonce ${shown(nonce)}`);
};

const mismatch = (message: string): SanitizeError =>
	new SanitizeError('CERTIFICATE_MISMATCH', message, {
		hint: 'do not release the device on this certificate; ask for the one that was issued',
	});
