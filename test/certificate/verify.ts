import test, {type ExecutionContext} from 'ava';
import {signValidated} from '../../src/certificate/signatures.ts';
import type {Check} from '../../src/certificate/verify/check.ts';
import {checkJournal} from '../../src/certificate/verify/journal.ts';
import {type Evidence, verifyCertificate} from '../../src/certificate/verify.ts';
import {type Certificate, certificateText} from '../../src/certificate.ts';
import {SanitizeError} from '../../src/errors.ts';
import {journalText} from '../../src/journal.ts';
import {everyByteTurned} from '../_helpers/mutations.ts';
import {makeKey, signedRun, type TestKey} from '../_helpers/proof.ts';

const verify = async (evidence: Partial<Evidence> & {readonly bytes: Buffer}): Promise<readonly Check[]> => {
	const checks = [];
	for await (const check of verifyCertificate({keyIds: [], ...evidence})) {
		checks.push(check);
	}

	return checks;
};

const failureOf = (checks: readonly Check[]): string =>
	checks.find(({result}) => result === 'failed')?.text ?? '';

const nobody = {name: null, title: null, date: '2026-11-21', location: null, contact: null};

const read = (bytes: Buffer): Certificate => JSON.parse(bytes.toString());

const write = (certificate: object): Buffer => Buffer.from(certificateText(certificate as Certificate));

/** A run's certificate with both signatures. */
const validatedRun = async (t: ExecutionContext) => {
	const run = await signedRun(t, '--nonce', 'request 7');
	const validator = await makeKey(run.place, 'validator.pem');
	const both = await signValidated(
		read(run.certificate),
		{...nobody, decision: 'approved', name: 'V. Example'},
		validator,
	);
	return {...run, validator, both: write(both)};
};

test('a certificate with both signatures and its journal holds, and so is said of each thing', async t => {
	const {key, validator, both, journal} = await validatedRun(t);
	const checks = await verify({
		...{bytes: both, journal, keyIds: [validator.keyId, key.keyId], nonce: 'request 7'},
	});
	t.deepEqual([...new Set(checks.map(({result}) => result))], ['ok']);
	const text = checks.map(check => check.text).join('\n');
	for (const words of [
		...['signature of performed-by', 'signature of validated-by', 'approved by V. Example, 2026-11-21'],
		...['nonce request 7', 'the last line', 'goes to the end of the run'],
	]) {
		t.regex(text, new RegExp(words.replace('the last', 'its last')), words);
	}
});

test('what cannot be looked at is said', async t => {
	const {both} = await validatedRun(t);
	const open = (await verify({bytes: both})).filter(({result}) => result !== 'ok');
	t.deepEqual(
		open.map(({result}) => result),
		['not checked', 'not checked', 'not checked', 'not checked'],
	);
	const text = open.map(check => check.text).join('\n');
	t.regex(text, /whose key signed as performed-by: it is only the one in the file/);
	t.regex(text, /whose key signed as validated-by/);
	t.regex(text, /that it is not an older one: no nonce was given/);
	t.regex(text, /the journal: none was given/);
});

const subjects = /^(?:reading )?the certificate: |^signature of (?:performed|validated)-by: /;

test('every byte of a certificate and of its two signatures: another one is rejected, and what does not match is named', async t => {
	const {both} = await validatedRun(t);
	t.is(failureOf(await verify({bytes: both})), '');
	let count = 0;
	let byText = 0;
	for (const bytes of everyByteTurned(both, {widely: true})) {
		const failure = failureOf(await verify({bytes}));
		count += 1;
		byText += failure.startsWith('signature') ? 1 : 0;
		if (!subjects.test(failure)) {
			t.fail(`${failure || 'it was taken'}: ${bytes}`);
		}
	}

	t.log(`${count} certificates, ${byText} of them with a signature that does not fit`);
	t.true(count > 15_000 && byText > 2000);
});

/** As {@link verifyCertificate} does, without looking at the certificate again. */
const journalFailure = (certificate: Certificate, journal: Buffer, key: TestKey): string => {
	try {
		const text = journalText(journal, 'the journal');
		return failureOf([...checkJournal(certificate, text, journal.length, key)]);
	} catch (error) {
		return error instanceof SanitizeError ? error.message : String(error);
	}
};

test('every byte of a journal: another one is rejected, and the line is named', async t => {
	const {certificate, journal, key} = await signedRun(t);
	t.is(journalFailure(read(certificate), journal, key), '');
	let count = 0;
	for (const changed of everyByteTurned(journal, {widely: false})) {
		const failure = journalFailure(read(certificate), changed, key);
		count += 1;
		if (!/^(?:reading )?the journal:/.test(failure)) {
			t.fail(`${failure || 'it was taken'}: ${changed}`);
		}
	}

	t.log(`${count} journals`);
	t.true(count > 20_000);
});

interface Forgery {
	readonly title: string;
	forge(certificate: Certificate): object;
	readonly says: RegExp;
}

const forgeries: readonly Forgery[] = [
	{
		title: 'without its signatures',
		forge: ({signatures: _, ...rest}) => rest,
		says: /nobody has signed it/,
	},
	{
		title: 'without the first one',
		forge: ({signatures, ...rest}) => ({...rest, signatures: signatures?.slice(1)}),
		says: /signatures/,
	},
	{
		title: 'with its signatures in the other order',
		forge: ({signatures, ...rest}) => ({...rest, signatures: signatures?.toReversed()}),
		says: /signatures/,
	},
	{
		title: 'with a signature in the other role',
		forge: ({signatures, ...rest}) => ({
			...rest,
			signatures: [
				signatures?.[0],
				{...signatures?.[0], role: 'validated-by', validation: signatures?.[1]?.validation},
			],
		}),
		says: /signature of validated-by: its protected header is not of this role/,
	},
	{
		title: 'with a rejection that became an approval',
		forge: ({signatures, ...rest}) => ({
			...rest,
			signatures: [
				signatures?.[0],
				{...signatures?.[1], validation: {...signatures?.[1]?.validation, decision: 'rejected'}},
			],
		}),
		says: /signature of validated-by: the certificate, or the signature, is not what was signed/,
	},
	{
		title: 'with an unknown field beside a signature',
		forge: ({signatures, ...rest}) => ({
			...rest,
			signatures: [{...signatures?.[0], header: {}}, signatures?.[1]],
		}),
		says: /signatures/,
	},
	{
		title: 'with an unknown field',
		forge: ({signatures, ...rest}) => ({...rest, note: 'x', signatures}),
		says: /knows no field note/,
	},
	{
		title: 'with an unknown field further in',
		forge: ({verification, ...rest}) => ({...rest, verification: {...verification, sampling2: 'x'}}),
		says: /knows no field verification\.sampling2/,
	},
	{
		title: 'for another device',
		forge: ({serialNumber: _, ...rest}) => ({serialNumber: 'OTHER', ...rest}),
		says: /signature of performed-by: the certificate, or the signature, is not what was signed/,
	},
];

for (const {title, forge, says} of forgeries) {
	test(`a certificate ${title} is rejected`, async t => {
		const {both} = await validatedRun(t);
		t.regex(failureOf(await verify({bytes: write(forge(read(both)))})), says);
	});
}

test('a certificate with a field twice, in another shape or with a mark at its start is rejected', async t => {
	const {certificate} = await signedRun(t);
	const text = certificate.toString();
	for (const changed of [
		text.replace('{', '{\n\t"outcome": "sanitized",'),
		`${JSON.stringify(JSON.parse(text))}\n`,
		text.replaceAll('\n', '\r\n'),
		`\uFEFF${text}`,
		`${text}\n`,
		text.replace('"erase"', '"\\u0065rase"'),
	]) {
		t.not(changed, text);
		t.regex(failureOf(await verify({bytes: Buffer.from(changed)})), /^(?:reading )?the certificate: /);
	}
});

test('a key that was not the one, a nonce that was not the one, and a rejection fail by name', async t => {
	const {both, key, validator, certificate, place} = await validatedRun(t);
	const fails = async (evidence: Partial<Evidence>, says: RegExp) =>
		t.regex(failureOf(await verify({bytes: both, ...evidence})), says);
	const other = await makeKey(place, 'other.pem');
	await fails({keyIds: [other.keyId]}, new RegExp(`the key ${other.keyId} has not signed it`));
	await fails({keyIds: [key.keyId, other.keyId]}, /has not signed it/);
	await fails({keyIds: [validator.keyId]}, /signature of performed-by: its key .+ is none that you gave/);
	await fails({nonce: 'request 8'}, /nonce: it is "request 7", not the one that you gave/);
	await fails({nonce: ''}, /nonce/);
	const rejected = await signValidated(read(certificate), {...nobody, decision: 'rejected'}, validator);
	await fails({bytes: write(rejected)}, /validation: the validator has rejected it/);
	const {certificate: without} = await signedRun(t);
	await fails({bytes: without, nonce: 'request 7'}, /nonce: it is missing/);
});
