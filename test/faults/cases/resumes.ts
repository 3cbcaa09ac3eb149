import {appendFile, chmod, readFile, rename, rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {type CliEnd, runFile} from '../../_helpers/cli.ts';
import type {Bench} from '../bench/bench.ts';
import {midWrite, signalDd, signalUs} from '../bench/moments.ts';
import {attach, loopDevice, loopFile, otherFile} from '../bench/subjects.ts';
import {type Act, type Expected, type FaultCase, MiB, type Subject, sanitized, withBoth} from '../case.ts';

const totalBytes = 16 * MiB;
const slowWrites = loopDevice({totalBytes, writeBytes: 8 * MiB, isDetached: true});

export const journalOf = async ({place}: Bench): Promise<string> => {
	const {state, log} = await place.runs();
	return path.join(log[0] ?? state[0] ?? '', 'journal.jsonl');
};

export const resume = async (bench: Bench, subject?: Subject): Promise<CliEnd> =>
	bench.zeroize(['resume', await journalOf(bench), '--progress', 'json'], {slow: subject?.slow});

/** Another file gets the loop device's name. */
const giveItsNameAway = async (bench: Bench, {target}: Subject): Promise<void> => {
	const other = await otherFile(bench, totalBytes);
	await runFile('losetup', ['-d', target]);
	await runFile('losetup', [target, other]);
	bench.teardown(async () => void (await runFile('losetup', ['-d', target])));
};

/** A run that a signal ends mid-write. */
export const cut = async (bench: Bench, subject: Subject, act: Act): Promise<void> => {
	const moment = midWrite(act);
	const {exitCode} = await bench.erase([subject], {
		slow: subject.slow,
		during: {...moment, act: () => moment.act(bench, subject)},
	});
	if (exitCode === 0) {
		throw new Error('it had ended before it could be cut');
	}
};

/** A run that erased its file, and could not keep its log. */
const unkept = async (bench: Bench, subject: Subject): Promise<void> => {
	await writeFile(bench.place.log, '');
	const {exitCode, stderr} = await bench.erase([subject]);
	if (exitCode !== 6) {
		throw new Error(`expected that the log is not kept: ${exitCode} ${stderr}`);
	}

	await rm(bench.place.log);
};

const cutAndResumed = (name: string, how: string, act: Act): readonly FaultCase[] =>
	withBoth(() => ({
		name,
		how,
		subject: slowWrites,
		async run(bench, subject) {
			await cut(bench, subject, act);
			return resume(bench);
		},
		expected: sanitized,
	}));

/** What somebody does to the records of a run that can be resumed. */
const spoilt = (
	name: string,
	spoil: (bench: Bench, journal: string, subject: Subject) => Promise<void>,
	expected: Expected,
): FaultCase => ({
	name: `resume: ${name}`,
	how: 'after a run whose log could not be kept',
	eraser: 'direct',
	subject: loopFile(),
	async run(bench, subject) {
		await unkept(bench, subject);
		await spoil(bench, await journalOf(bench), subject);
		return resume(bench);
	},
	expected,
});

const refused = (exitCode: 2 | 3, code: Expected['code'], says: RegExp): Expected => ({
	outcome: 'none',
	exitCode,
	code,
	says,
	left: [],
	isSilent: true,
});

export const resumes: readonly FaultCase[] = [
	...cutAndResumed('zeroize is killed by SIGKILL mid-write, and resumed', 'kill -9', signalUs('SIGKILL')),
	{
		name: 'zeroize and dd are both killed by SIGKILL mid-write, and resumed',
		how: 'kill -9',
		eraser: 'dd',
		subject: slowWrites,
		async run(bench, subject) {
			await cut(bench, subject, async (...args) => {
				await signalDd('SIGKILL')(...args);
				await signalUs('SIGKILL')(...args);
			});
			return resume(bench);
		},
		expected: sanitized,
	},
	...cutAndResumed('an interrupted run is resumed', 'SIGINT', signalUs('SIGINT')),
	{
		name: 'resume: the device is another one under the same name',
		how: 'losetup -d, losetup of another file',
		eraser: 'direct',
		subject: slowWrites,
		async run(bench, subject) {
			await cut(bench, subject, signalUs('SIGKILL'));
			await giveItsNameAway(bench, subject);
			return resume(bench);
		},
		expected: {...refused(3, 'NOT_CONFIRMED', /diskSequence was .*\nhint: attach that one/), left: 'some'},
	},
	{
		name: 'resume: the device came back under another name',
		how: 'losetup -d, losetup to another number',
		eraser: 'direct',
		subject: slowWrites,
		async run(bench, subject) {
			await cut(bench, subject, signalUs('SIGKILL'));
			await giveItsNameAway(bench, subject);
			await attach(bench, subject.store ?? '');
			return resume(bench);
		},
		expected: {...refused(3, 'NOT_CONFIRMED', /cannot be told to be the device/), left: 'some'},
	},
	spoilt(
		'another file is in the place of the one that was erased',
		async (bench, _journal, {store = ''}) => {
			const other = await otherFile(bench, MiB);
			await rename(store, `${store}.old`);
			await runFile('ln', [other, store]);
		},
		{...refused(3, 'NOT_CONFIRMED', /deviceNumber was/), left: 'unknown'},
	),
	spoilt(
		'the journal was edited',
		async (_bench, journal) => {
			const text = await readFile(journal, 'utf8');
			await writeFile(journal, text.replace('"hostname":"', '"hostname":"x'));
		},
		refused(2, 'JOURNAL_INVALID', /journal\.jsonl:1: it does not fit its seal/),
	),
	spoilt(
		'the last line of the journal is torn',
		async (_bench, journal) => appendFile(journal, '{"seq":99,"at":"2026-'),
		sanitized,
	),
	spoilt(
		'the journal is gone',
		async (_bench, journal) => rm(journal),
		refused(2, 'JOURNAL_INVALID', /no such file/),
	),
	spoilt(
		'others can write to the journal',
		async (_bench, journal) => chmod(journal, 0o666),
		refused(3, 'FILE_NOT_TRUSTED', /hint: start a new run/),
	),
	spoilt(
		'the run has ended well since',
		async bench => void (await resume(bench)),
		refused(2, 'USAGE', /has ended well: there is nothing to resume/),
	),
];
