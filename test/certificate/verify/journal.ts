import test from 'ava';
import type {SigningKey} from '../../../src/certificate/signing-key.ts';
import {verifyCertificate} from '../../../src/certificate/verify.ts';
import type {RunEvent} from '../../../src/events.ts';
import {genesisHash, Journal, readJournal} from '../../../src/journal.ts';
import {type SignedRun, signedRun} from '../../_helpers/proof.ts';
import {newKey} from '../../_helpers/signing-key.ts';

const verify = async ({certificate}: SignedRun, journal: string | Buffer) => {
	const checks = [];
	for await (const check of verifyCertificate({
		bytes: certificate,
		journal: Buffer.from(journal),
		keyIds: [],
	})) {
		checks.push(check);
	}

	return checks.at(-1);
};

const linesOf = ({journal}: SignedRun): readonly string[] => journal.toString().split('\n').slice(0, -1);

const joined = (lines: readonly string[]): string => lines.map(line => `${line}\n`).join('');

test('a copy that was delivered before the end holds, and what came later is said to be unknown', async t => {
	const run = await signedRun(t);
	const last = await verify(run, joined(linesOf(run).slice(0, -1)));
	t.like(last, {result: 'not checked'});
	t.regex(last?.text ?? '', /this copy of the journal ends before the run did/);
});

test('a journal that ends before the certificate was signed, or in the midst of a line, is rejected', async t => {
	const run = await signedRun(t);
	const cut = await verify(run, joined(linesOf(run).slice(0, -2)));
	t.regex(cut?.text ?? '', /does not have the signature/);
	for (const torn of [run.journal.subarray(0, -1), run.journal.subarray(0, -20)]) {
		t.like(await verify(run, torn), {
			result: 'failed',
			text: 'the journal: something stands behind its last line',
		});
	}

	t.like(await verify(run, `${run.journal}\n`), {result: 'failed'});
	t.like(await verify(run, ''), {result: 'failed'});
});

test('the journal of another run is rejected, whoever signed it', async t => {
	const [run, other] = [await signedRun(t), await signedRun(t)];
	t.regex((await verify(run, other.journal))?.text ?? '', /line 1 is not signed with the key/);
});

/** The events again from line `from` on, in a chain that is right, sealed by somebody else or by nobody. */
const forged = (
	run: SignedRun,
	{
		change = event => event,
		key,
		from = 1,
	}: {change?: (event: RunEvent) => RunEvent; key?: SigningKey; from?: number},
): string => {
	const lines = readJournal(run.journal.toString(), 'j');
	const head = {seq: from - 1, hash: lines[from - 2]?.hash ?? genesisHash};
	const journal = new Journal(head, key);
	const rest = lines.slice(from - 1).map(({event}) => journal.add(change(event)));
	return joined([...linesOf(run).slice(0, from - 1), ...rest]);
};

test('who can make the chain again but has not the key is found out', async t => {
	const run = await signedRun(t);
	const fails = async (journal: string, says: RegExp) =>
		t.regex((await verify(run, journal))?.text ?? '', says);
	const {journalSeq} = JSON.parse(run.certificate.toString());
	const from = journalSeq + 1;
	await fails(forged(run, {}), /the certificate in it is not the one that the journal proves/);
	await fails(forged(run, {from}), /its last line is not signed/);
	await fails(forged(run, {from, key: newKey()}), new RegExp(`line ${from} is not signed with the key`));
	t.like(await verify(run, forged(run, {key: run.key})), {result: 'ok'});
});

test('even with the key another story does not come to this certificate', async t => {
	const run = await signedRun(t);
	const longer = forged(run, {
		key: run.key,
		change: event =>
			event.type === 'step.finished' && event.step === 'erase' ? {...event, writtenBytes: 4097} : event,
	});
	t.like(await verify(run, longer), {result: 'failed'});
	const {journalSeq} = JSON.parse(run.certificate.toString());
	const later = forged(run, {
		...{key: run.key, from: journalSeq + 1},
		change: event => (event.type === 'step.finished' ? {...event, durationMs: 9} : event),
	});
	t.like(await verify(run, later), {result: 'ok'}, 'the time it took stands in no certificate');
});

test('a device that failed when it was verified again has lost its certificate', async t => {
	const run = await signedRun(t);
	const lines = readJournal(run.journal.toString(), 'j');
	const {hash, event} = lines.at(-1) ?? lines[0] ?? {hash: '', event: undefined};
	const journal = new Journal({hash, seq: event?.seq ?? 0}, run.key);
	const at = {at: event?.at ?? '', runId: event?.runId ?? ''};
	const committed = lines.find(line => line.event.type === 'run.committed')?.event;
	const device = committed?.type === 'run.committed' ? committed.device : undefined;
	const more = [
		{seq: lines.length + 1, ...at, type: 'run.resumed', devices: device ? [device] : []},
		{seq: lines.length + 2, ...at, type: 'step.started', step: 'verify', title: 'v', device: run.image},
	] as const;
	const text = run.journal.toString() + joined(more.map(event => journal.add(event)));
	t.like(await verify(run, text), {
		result: 'failed',
		text: `the journal: after the certificate ${run.image} became unverified`,
	});
});
