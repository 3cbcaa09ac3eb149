import {writeFile} from 'node:fs/promises';
import type {Fault} from '../../../src/devices/faulty.ts';
import type {Outcome} from '../../../src/events/results.ts';
import type {CliEnd} from '../../_helpers/cli.ts';
import {runOnMemory} from '../../_helpers/run-on-memory.ts';
import type {Bench} from '../bench/bench.ts';
import {midWrite, signalUs} from '../bench/moments.ts';
import {file, loopDevice, loopFile, tooLargeFile} from '../bench/subjects.ts';
import {type FaultCase, MiB, type Subject, sanitized} from '../case.ts';

const totalBytes = 65_536;
const slowWrites = loopDevice({totalBytes: 16 * MiB, writeBytes: 8 * MiB});

/** A run on a slow device, in which something happens mid-write. */
const slowRun = (bench: Bench, subject: Subject, act: () => Promise<void>): Promise<CliEnd> => {
	const moment = midWrite(act);
	return bench.erase([subject], {
		slow: subject.slow,
		during: {...moment, act: async () => moment.act(bench, subject)},
	});
};

const twoRuns: readonly FaultCase[] = [
	{
		name: 'another run has the device',
		how: 'a second run while the loop device of the first is throttled',
		eraser: 'direct',
		subject: slowWrites,
		async run(bench, subject) {
			let second: CliEnd | undefined;
			const first = await slowRun(bench, subject, async () => {
				second = await bench.erase([subject]);
			});
			if (first.exitCode !== 0 || !second) {
				throw new Error(`the first run ended with ${first.exitCode}: ${first.stderr}`);
			}

			return second;
		},
		expected: {
			outcome: 'refused',
			exitCode: 3,
			code: 'DEVICE_BUSY',
			// By the first run, which was not disturbed.
			left: [],
			says: /is in use by another run: \d{8}T\d{6}Z-[0-9a-f]{8}, process \d+\nhint: let that one end/,
		},
	},
	{
		name: 'the run that had the device was killed, and a new one begins',
		how: 'kill -9 mid-write, then a new run',
		eraser: 'direct',
		subject: slowWrites,
		async run(bench, subject) {
			await slowRun(bench, subject, async () => signalUs('SIGKILL')(bench, subject));
			return bench.erase([subject]);
		},
		expected: sanitized,
	},
	{
		name: 'two devices, of which one fails',
		how: 'the store of one fills up: a tmpfs of 1 MiB',
		eraser: 'dd',
		async subject(bench) {
			bench.more.push(await loopFile(MiB, 'good.img')(bench));
			return tooLargeFile('loop')(bench);
		},
		expected: {
			outcome: 'failed',
			exitCode: 4,
			code: 'WRITE_INCOMPLETE',
			left: [],
			devices: ['failed', 'sanitized'],
			says: /^hint: do not release the device/m,
		},
	},
	{
		name: 'two devices, of which one is refused',
		how: 'one of them is held by another loop device',
		eraser: 'direct',
		async subject(bench) {
			const held = await loopDevice({name: 'held.img'})(bench);
			bench.more.push({...held, target: `file:${held.store}`});
			return file()(bench);
		},
		expected: {
			outcome: 'refused',
			exitCode: 3,
			code: 'DEVICE_BUSY',
			left: 'untouched',
			devices: ['refused', 'refused'],
			says: /held by loop/,
		},
	},
];

type Kind = 'sanitized' | 'failed' | 'refused';

const kinds: readonly Kind[] = ['sanitized', 'failed', 'refused'];

const bad = {offset: 512 * 5, length: 512};

const faultsOf: Readonly<Record<Kind, readonly Fault[]>> = {
	sanitized: [],
	failed: [{on: 'write', at: bad, error: 'EIO'}],
	// It is looked at for the first time when it is to be committed.
	refused: [{on: 'inspect', becomes: {serial: 'OTHER'}}],
};

const combinations: ReadonlyArray<readonly Kind[]> = kinds.flatMap((first, index) =>
	kinds
		.slice(index)
		.flatMap((second, next) => kinds.slice(index + next).map(third => [first, second, third])),
);

/** `refused` says that nothing at all was written: next to a device that was erased it would be a lie. */
const worstOf = (devices: readonly Kind[]): {readonly outcome: Outcome; readonly exitCode: number} => {
	const [first] = devices;
	if (first !== undefined && first !== 'failed' && devices.every(kind => kind === first)) {
		return {outcome: first, exitCode: first === 'sanitized' ? 0 : 3};
	}

	return {outcome: 'failed', exitCode: 4};
};

const memoryRun = async (bench: Bench, subject: Subject, devices: readonly Kind[]): Promise<CliEnd> => {
	const result = await runOnMemory(bench, {
		devices: devices.map((kind, index) => ({serial: `S${index}`, totalBytes, faults: faultsOf[kind]})),
	});
	const stores = [subject, ...bench.more].map(({store = ''}) => store);
	for (const [index, {bytes}] of result.devices.entries()) {
		await writeFile(stores[index] ?? '', bytes);
	}

	const {events, exitCode} = result;
	const stdout = events.map(event => `${JSON.stringify(event)}\n`).join('');
	return {exitCode, events, stdout, stderr: '', durationMs: 0};
};

const threeDevices = (devices: readonly Kind[]): FaultCase => {
	const [first] = devices;
	const failures = devices.flatMap(kind => (kind === 'sanitized' ? [] : [kind]));
	const isBad = first === 'failed';
	return {
		name: `three devices: ${devices.join(', ')}`,
		how: 'memory devices with faults',
		eraser: 'direct',
		async subject(bench) {
			bench.more.push(await file(totalBytes, '2.img')(bench), await file(totalBytes, '3.img')(bench));
			return file(totalBytes, '1.img')(bench);
		},
		run: async (bench, subject) => memoryRun(bench, subject, devices),
		expected: {
			...worstOf(devices),
			code: failures.includes('refused') ? 'DEVICE_CHANGED' : failures.length > 0 ? 'WRITE_FAILED' : null,
			left: first === 'refused' ? 'untouched' : isBad ? [bad] : [],
			...(isBad && {unwritable: [bad], nonZero: [bad]}),
			devices,
		},
	};
};

export const several: readonly FaultCase[] = [...twoRuns, ...combinations.map(threeDevices)];
