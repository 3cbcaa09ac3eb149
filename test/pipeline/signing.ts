import {readFile} from 'node:fs/promises';
import test from 'ava';
import {replayCertificates} from '../../src/certificate/replay.ts';
import {verifySignature} from '../../src/certificate/signatures.ts';
import {certificateText} from '../../src/certificate.ts';
import {SanitizeError} from '../../src/errors.ts';
import {type MemoryRunResult, runOnMemory} from '../_helpers/run-on-memory.ts';
import {newKey} from '../_helpers/signing-key.ts';

const key = newKey();

const keys = {planned: key, atHand: key};

const issuedBy = ({events}: MemoryRunResult) =>
	events.flatMap(event => (event.type === 'step.finished' ? (event.certificates ?? []) : []));

const journalOf = async ({plan}: MemoryRunResult): Promise<string> =>
	readFile(`${plan.logDir}/${plan.runId}/journal.jsonl`, 'utf8');

test('each device gets a certificate signed with the key, and the journal gives the same bytes', async t => {
	const run = await runOnMemory(t, {devices: [{serial: 'A'}, {serial: 'B'}], keys});
	t.is(run.exitCode, 0);
	const issued = issuedBy(run);
	const certificates = replayCertificates(await journalOf(run), 'j');
	t.deepEqual(
		certificates.map(certificateText),
		issued.map(({text}) => text),
	);
	t.is(certificates.length, 2);
	for (const certificate of certificates) {
		t.is((await verifySignature(certificate, 0)).keyId, key.keyId);
	}
});

test('the private key is in nothing that the run leaves', async t => {
	const run = await runOnMemory(t, {keys});
	const {d = ''} = key.privateKey.export({format: 'jwk'});
	const secret = Buffer.from(d, 'base64url');
	const text = (await journalOf(run)) + JSON.stringify(run.events) + JSON.stringify(run.plan);
	for (const encoding of ['hex', 'base64', 'base64url'] as const) {
		t.false(text.includes(secret.toString(encoding)));
	}
});

const unsanitized: ReadonlyArray<readonly [string, Parameters<typeof runOnMemory>[1], number]> = [
	[
		'whose erase failed',
		{devices: [{serial: 'A', faults: [{on: 'write', at: {offset: 8192, length: 512}, error: 'EIO'}]}]},
		4,
	],
	[
		'whose verification failed',
		{devices: [{serial: 'A', faults: [{on: 'read', at: {offset: 8192, length: 512}, error: 'EIO'}]}]},
		4,
	],
	['that nobody verified', {overrides: {verify: {coverage: 'none'}}}, 5],
	[
		'that was aborted',
		{
			abortReason: new SanitizeError('INTERRUPTED', 'interrupted'),
			onEvent: ({type}, abort) => (type === 'run.committed' ? abort() : undefined),
		},
		130,
	],
];

for (const [title, run, exitCode] of unsanitized) {
	test(`a run ${title} signs nothing, and its journal proves nothing`, async t => {
		const end = await runOnMemory(t, {...run, keys});
		t.is(end.exitCode, exitCode);
		t.deepEqual(issuedBy(end), []);
		const place = exitCode === 130 ? `${end.directory}/zeroize-${end.plan.runId}` : undefined;
		const journal = place ? await readFile(`${place}/journal.jsonl`, 'utf8') : await journalOf(end);
		t.throws(() => replayCertificates(journal, 'j'), {
			code: 'CERTIFICATE_INVALID',
			message: /the run it tells of came to no certificate/,
		});
		t.false(journal.includes('performed-by'));
	});
}

test('what was to be signed is not issued unsigned, nor with another key', async t => {
	for (const atHand of [undefined, newKey()]) {
		const run = await runOnMemory(t, {keys: {planned: key, ...(atHand && {atHand})}});
		t.is(run.exitCode, 6);
		t.like(
			run.events.find(({type}) => type === 'step.failed'),
			{step: 'issue-certificate', code: 'CERTIFICATE_NOT_ISSUED', hint: 'zeroize resume JOURNAL --key /key'},
		);
		t.deepEqual(issuedBy(run), []);
	}
});
