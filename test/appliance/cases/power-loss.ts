import {randomInt} from 'node:crypto';
import path from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {$} from 'zx';
import type {Disk} from '../machine/qemu-arguments.ts';
import {countNonZeroBlocks} from '../outside/blocks.ts';
import {brokenChain, type JournalEvent, lastEvent, readEvents} from '../outside/journal.ts';
import {disorder} from '../outside/order.ts';
import {bootSystem, type Stock} from './boot.ts';
import {type CaseResult, type Check, equal, secondsSince} from './checks.ts';
import {copyLine, exitStatus, logIn, runCommand} from './operator.ts';
import type {System} from './systems.ts';
import {
	bringOut,
	eraseLine,
	locate,
	logDir,
	mebibyte,
	oneText,
	readTexts,
	stateDir,
	writeRandom,
} from './targets.ts';

const sizeMiB = 128;
// The erase takes 25 seconds, and is cut off within its first 12.
const writtenBytesPerSecond = 5 * mebibyte;
const mostSecondsIn = 12;
const runMs = 2 * 60_000;

/** Pulls the plug while a disk with a volatile cache is erased, switches the machine on again, and resumes the run. */
export const losePower = async (
	stock: Stock,
	system: System,
	directory: string,
	eraser: string,
): Promise<CaseResult> => {
	const target = await makeVolatileTarget(directory);
	const cutAfterMs = randomInt(mostSecondsIn * 1000);
	{
		await using guest = await bootSystem(stock, system, directory, {
			targets: [{...target, writtenBytesPerSecond}],
		});
		await logIn(guest.console);
		await runCommand(guest.console, copyLine);
		await guest.console.type(eraseLine(eraser, await locate(guest.console, [target])));
		await guest.console.waitFor(/writing to \S+ begins now/, {timeoutMs: runMs});
		await guest.console.waitFor(/\d %/, {timeoutMs: runMs});
		await delay(cutAfterMs);
	}

	const leftByCut = await nonZeroOf(target);
	await using guest = await bootSystem(stock, system, directory, {targets: [target], isAgain: true});
	await logIn(guest.console);
	await runCommand(guest.console, `cp ${stateDir}/*/journal.jsonl /root/cut.jsonl`);
	const startedAtMs = performance.now();
	const resume = `/root/zeroize resume ${stateDir}/*/journal.jsonl`;
	const status = await exitStatus(guest.console, resume, runMs);
	// At once: what was not flushed to the target by now is lost.
	await bringOut(guest.console, `/root/cut.jsonl ${logDir}`);
	await guest[Symbol.asyncDispose]();
	const seconds = secondsSince(startedAtMs);
	const texts = await readTexts(guest, path.join(directory, 'evidence'));
	const nonZeroBlocks = await nonZeroOf(target);
	const cut = oneText(texts, /^cut\.jsonl$/);
	const whole = oneText(texts, /journal\.jsonl$/);
	const log = oneText(texts, /run\.log$/);
	const checks = [
		equal('exit code', status, 0),
		equal('blocks that are not zero', nonZeroBlocks, 0),
		{name: 'something was left when the power went', problem: leftByCut > 0 ? undefined : 'nothing'},
		equal('certificates', [...texts.keys()].filter(name => /certificate\.json$/.test(name)).length, 1),
		...journalChecks(cut, whole),
		{name: 'the log tells of the run from its start', problem: disorder(log, logOrder)},
	];
	const note = `cut after ${(cutAfterMs / 1000).toFixed(1)} s: ${describeCut(cut, whole)}; ${leftByCut} blocks left by then`;
	return {checks, nonZeroBlocks, seconds, note};
};

const logOrder = [
	{name: 'the confirmation', pattern: /confirmed by the operator/},
	{name: 'the first write', pattern: /writing to \S+ begins now/},
	{name: 'the resumption', pattern: /the run is resumed/},
	{name: 'the outcome', pattern: /SANITIZED - erased and verified/},
];

const makeVolatileTarget = async (directory: string): Promise<Disk> => {
	const content = path.join(directory, 'content.raw');
	const file = path.join(directory, 'target.qcow2');
	await writeRandom(content, sizeMiB);
	await $`qemu-img create -q -f qcow2 -F raw -b ${content} ${file}`;
	// Not SCSI: it would come back under another name now and then.
	return {kind: 'virtio', serial: 'SECOND-0001', file, isVolatile: true};
};

const nonZeroOf = async ({file}: Disk): Promise<number> => {
	const raw = `${file}.raw`;
	await $`qemu-img convert -O raw ${file} ${raw}`;
	return countNonZeroBlocks(raw);
};

const journalChecks = (cut: string, whole: string): readonly Check[] => {
	const events = readEvents(whole);
	const before = readEvents(cut);
	const kept = cut.slice(0, cut.lastIndexOf('\n') + 1);
	return [
		equal('outcome', lastEvent(events, 'run.finished')?.['outcome'], 'sanitized'),
		equal('runs in the journal', new Set(events.map(({runId}) => runId)).size, 1),
		equal('same run', events[0]?.runId, before[0]?.runId),
		equal('resumed after the last whole line', events[before.length]?.type, 'run.resumed'),
		{name: "the journal's chain", problem: brokenChain(whole)},
		{
			name: 'nothing that was in the journal has changed',
			problem: kept !== '' && whole.startsWith(kept) ? undefined : 'it does not begin as it was cut off',
		},
		equal('cut off while it was erased', lastStep(before), 'erase'),
	];
};

const lastStep = (events: readonly JournalEvent[]): unknown => {
	const last = events.findLast(({type}) => type.startsWith('step.'));
	return last?.type === 'step.finished' ? `${last['step']}, which had ended` : last?.['step'];
};

const mibOf = (bytes: unknown): string =>
	typeof bytes === 'number' ? `${Math.floor(bytes / mebibyte)} MiB` : '?';

/** Where the run stood, and from where it went on. */
const describeCut = (cut: string, whole: string): string => {
	const isErasing = ({type, step}: JournalEvent): boolean => type === 'step.progress' && step === 'erase';
	const before = readEvents(cut);
	const last = before.findLast(isErasing);
	const next = readEvents(whole).slice(before.length).find(isErasing);
	const durable = last && 'durableBytes' in last ? `, ${mibOf(last['durableBytes'])} durable` : '';
	const end = cut.slice(cut.lastIndexOf('\n') + 1);
	const torn = end === '' ? '' : `, ${end.length} bytes torn (${end.split('\0').length - 1} NUL)`;
	return `${mibOf(last?.['bytes'] ?? 0)} told${durable}${torn}; then first told ${mibOf(next?.['bytes'])}`;
};
