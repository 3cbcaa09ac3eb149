import path from 'node:path';
import type {Disk} from '../machine/qemu-arguments.ts';
import {nonZeroBlocks, sectorBytes} from '../outside/blocks.ts';
import {brokenChain, type JournalEvent, lastEvent, readEvents} from '../outside/journal.ts';
import {bootSystem, type Stock} from './boot.ts';
import {type CaseResult, type Check, equal, secondsSince} from './checks.ts';
import {copyLine, exitStatus, logIn, runCommand} from './operator.ts';
import type {System} from './systems.ts';
import {
	bringOut,
	eraseLine,
	type Located,
	locate,
	mebibyte,
	oneText,
	readTexts,
	writeRandom,
} from './targets.ts';

const sizeMiB = 64;
const sectors = (sizeMiB * mebibyte) / sectorBytes;
const runMs = 2 * 60_000;

interface BadDisk extends Disk {
	readonly unwritableSectors: readonly number[];
}

type BadTarget = Located<BadDisk>;

/** One on each bus; only the first is told by name what QEMU does with an error unless it is told. */
const badDisks = (directory: string): readonly BadDisk[] => [
	{
		...{kind: 'scsi', serial: 'BAD-SCSI', file: path.join(directory, 'scsi.raw')},
		onWriteError: 'report',
		// The first one, and one alone.
		unwritableSectors: [0, 65_543],
	},
	{
		...{kind: 'virtio', serial: 'BAD-VIRTIO', file: path.join(directory, 'virtio.raw')},
		// Two that touch, in different blocks of the erasers.
		unwritableSectors: [2047, 2048],
	},
	{
		...{kind: 'nvme', serial: 'BAD-NVME', file: path.join(directory, 'nvme.raw')},
		// Two with a good one between them, and the last one.
		unwritableSectors: [40_961, 40_963, sectors - 1],
	},
];

/** Erases disks on three buses that have bad sectors, all in one run. */
export const eraseBadSectors = async (
	stock: Stock,
	system: System,
	directory: string,
	eraser: string,
): Promise<CaseResult> => {
	const disks = badDisks(directory);
	for (const {file} of disks) {
		await writeRandom(file, sizeMiB);
	}

	await using guest = await bootSystem(stock, system, directory, {targets: disks});
	await logIn(guest.console);
	await runCommand(guest.console, copyLine);
	const targets = await locate(guest.console, disks);
	const startedAtMs = performance.now();
	const status = await exitStatus(guest.console, eraseLine(eraser, targets), runMs);
	const seconds = secondsSince(startedAtMs);
	await bringOut(guest.console, '/root/state /root/log');
	await guest[Symbol.asyncDispose]();

	const texts = await readTexts(guest, path.join(directory, 'evidence'));
	const journal = oneText(texts, /journal\.jsonl$/);
	const events = readEvents(journal);
	const finished = lastEvent(events, 'run.finished');
	const checks = [
		equal('exit code', status, 4),
		equal('outcome', finished?.['outcome'], 'failed'),
		{name: "the journal's chain", problem: brokenChain(journal)},
		equal('certificates', [...texts.keys()].filter(name => /certificate/.test(name)).length, 0),
		...targets.flatMap(target => journalChecks(target, events)),
		...targets.flatMap(target => kernelChecks(target, oneText(texts, /^dmesg$/))),
	];
	let left = 0;
	for (const {device, file, unwritableSectors} of targets) {
		const nonZero = await nonZeroBlocks(file, sectorBytes);
		left += nonZero.length;
		checks.push(equal(`${device}: sectors that are not zero`, String(nonZero), String(unwritableSectors)));
	}

	return {
		checks,
		nonZeroBlocks: left,
		seconds,
		note: `${left} sectors unwritable on ${targets.length} disks, exit ${status}`,
	};
};

interface Result {
	readonly path: string;
	readonly outcome: string;
	readonly unwritable: readonly unknown[];
	readonly nonZero: readonly unknown[];
	readonly unreadableBytes: number;
	readonly writtenBytes: number;
}

const journalChecks = (
	{device, unwritableSectors}: BadTarget,
	events: readonly JournalEvent[],
): readonly Check[] => {
	const results = lastEvent(events, 'run.finished')?.['devices'] as readonly Result[] | undefined;
	const result = results?.find(({path: name}) => name === device);
	const failed = events.find(
		({type, step, device: name}) => type === 'step.failed' && step === 'erase' && name === device,
	);
	const {listed} = (failed?.['unwritable'] ?? {}) as {listed?: unknown};
	const ranges = JSON.stringify(rangesOf(unwritableSectors));
	const total = sectors * sectorBytes;
	return [
		equal(`${device}: outcome`, result?.outcome, 'failed'),
		equal(`${device}: code`, failed?.['code'], 'WRITE_FAILED'),
		equal(`${device}: unwritable in step.failed`, JSON.stringify(listed), ranges),
		equal(`${device}: unwritable in run.finished`, JSON.stringify(result?.unwritable), ranges),
		equal(`${device}: not zero in run.finished`, JSON.stringify(result?.nonZero), ranges),
		equal(`${device}: unreadable bytes`, result?.unreadableBytes, 0),
		equal(`${device}: written bytes`, result?.writtenBytes, total - unwritableSectors.length * sectorBytes),
	];
};

const rangesOf = (unwritable: readonly number[]): ReadonlyArray<{offset: number; length: number}> => {
	const ranges: Array<{offset: number; length: number}> = [];
	for (const sector of unwritable) {
		const offset = sector * sectorBytes;
		const last = ranges.at(-1);
		if (last && last.offset + last.length === offset) {
			last.length += sectorBytes;
		} else {
			ranges.push({offset, length: sectorBytes});
		}
	}

	return ranges;
};

/** The guest's kernel has seen the error: QEMU has not stopped the guest, nor kept it for itself. */
const kernelChecks = ({device, unwritableSectors}: BadTarget, dmesg: string): readonly Check[] => {
	const name = path.basename(device);
	const told = [
		...dmesg.matchAll(
			new RegExp(`(?:I/O|critical medium) error, dev ${name}, sector (\\d+) op 0x1:\\(WRITE\\)`, 'g'),
		),
	];
	// It names where the request began, and leaves some out when there are many, but never all of a device's.
	const fitting = told.filter(([, sector]) =>
		unwritableSectors.some(bad => bad - Number(sector) >= 0 && bad - Number(sector) < mebibyte / sectorBytes),
	);
	return [
		{
			name: `${device}: the kernel tells of it`,
			problem: fitting.length > 0 ? undefined : `${told.length} messages, none where it is bad`,
		},
	];
};
