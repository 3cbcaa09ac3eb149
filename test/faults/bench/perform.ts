import {readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import type {ByteRange} from '../../../src/devices/device.ts';
import type {DeviceResult} from '../../../src/events/results.ts';
import type {RunEvent} from '../../../src/events.ts';
import type {Cleanup} from '../../_helpers/cleanup.ts';
import {type CliEnd, hashOf, parseEvents} from '../../_helpers/cli.ts';
import {loopsOf} from '../../_helpers/loop.ts';
import type {FaultCase, Left, Subject} from '../case.ts';
import {type Bench, createBench} from './bench.ts';

/** What came of a case. */
export interface Found {
	readonly exitCode: number | null;
	readonly stderr: string;
	readonly outcome: string;
	readonly code: string | null;
	readonly devices: readonly DeviceResult[];
	/** Of the first device. */
	readonly left: Exclude<Left, 'some'>;
	/** What is left of the others. */
	readonly lefts: ReadonlyArray<Exclude<Left, 'some'>>;
	/** Files that must be the same, and are not. */
	readonly changed: readonly string[];
	/** Devices for which a certificate says that they are sanitized. */
	readonly certified: readonly string[];
	readonly hasCommitted: boolean;
	/** Devices and processes that a run left behind. */
	readonly remains: readonly string[];
}

/** Makes the fault, runs zeroize, and looks at everything it left. */
export const perform = async (fault: FaultCase, cleanup: Cleanup): Promise<Found> => {
	const bench = await createBench(cleanup, fault.eraser);
	const subject = await fault.subject(bench);
	await fault.before?.(bench, subject);
	const subjects = [subject, ...bench.more];
	const hashes = await Promise.all(subjects.map(async ({store}) => store && hashOf(store)));
	const end = await (fault.run?.(bench, subject) ?? runOnce(fault, bench, subjects));
	const events = await eventsOf(end, bench);
	const finished = events.findLast(event => event.type === 'run.finished');
	const lefts = await Promise.all(subjects.map(async ({store}, index) => leftIn(store, hashes[index])));
	return {
		exitCode: end.exitCode,
		stderr: end.stderr,
		outcome: finished?.outcome ?? 'none',
		code: codeOf(events),
		devices: finished?.devices ?? [],
		left: lefts[0] ?? 'unknown',
		lefts: lefts.slice(1),
		changed: await bench.changed(),
		certified: await certifiedIn(events),
		hasCommitted: events.some(({type}) => type === 'run.committed'),
		remains: await remainsOf(subjects, bench),
	};
};

const runOnce = (
	{during, options}: FaultCase,
	bench: Bench,
	subjects: readonly Subject[],
): Promise<CliEnd> => {
	const [subject] = subjects;
	if (!subject) {
		throw new TypeError('a case has at least one device');
	}

	return bench.erase(subjects, {
		more: options,
		slow: subject.slow,
		...(during && {during: {...during, act: async () => during.act(bench, subject)}}),
	});
};

/** From standard output where it got there, otherwise from the journal. */
const eventsOf = async ({stdout}: CliEnd, {place}: Bench): Promise<readonly RunEvent[]> => {
	const printed = tryParse(stdout);
	if (printed.some(({type}) => type === 'run.finished')) {
		return printed;
	}

	const {state, log} = await place.runs();
	for (const directory of [...log, ...state]) {
		const text = await readFile(path.join(directory, 'journal.jsonl'), 'utf8').catch(() => '');
		if (text !== '') {
			return tryParse(text);
		}
	}

	return printed;
};

const tryParse = (text: string): readonly RunEvent[] => {
	try {
		return text === '' ? [] : parseEvents(text);
	} catch {
		return [];
	}
};

/** Of the last attempt of a run. */
const codeOf = (events: readonly RunEvent[]): string | null => {
	const from = events.findLastIndex(({type}) => type === 'run.resumed' || type === 'run.retried');
	for (const event of events.slice(from + 1)) {
		if (event.type === 'step.failed') {
			return event.code;
		}

		if (event.type === 'run.finished' && event.refusals?.[0]) {
			return event.refusals[0].code;
		}
	}

	return null;
};

const leftIn = async (store: string | undefined, before: string | undefined): Promise<Found['left']> => {
	if (store === undefined || before === undefined) {
		return 'unknown';
	}

	return (await hashOf(store)) === before ? 'untouched' : nonZeroIn(await readFile(store));
};

const nonZeroIn = (bytes: Buffer): readonly ByteRange[] => {
	const ranges: ByteRange[] = [];
	for (let at = 0; at < bytes.length; ) {
		// A page at a time where there is nothing to see.
		if (bytes.subarray(at, at + zeros.length).equals(zeros.subarray(0, bytes.length - at))) {
			at += zeros.length;
		} else if (bytes[at] === 0) {
			at += 1;
		} else {
			const next = bytes.indexOf(0, at);
			const end = next === -1 ? bytes.length : next;
			ranges.push({offset: at, length: end - at});
			at = end;
		}
	}

	return ranges;
};

const zeros = Buffer.alloc(4096);

const certifiedIn = async (events: readonly RunEvent[]): Promise<readonly string[]> => {
	const certificates = events.flatMap(event =>
		event.type === 'step.finished' ? (event.certificates ?? []) : [],
	);
	return [...new Set(certificates.map(({device}) => device))];
};

const remainsOf = async (subjects: readonly Subject[], {place, child}: Bench): Promise<readonly string[]> => {
	const loops = subjects.filter(({target}) => target.startsWith('loop:'));
	const attached = await Promise.all(loops.map(async ({store = ''}) => loopsOf(store)));
	const names = (await readdir('/proc')).filter(name => /^\d+$/.test(name));
	const lines = await Promise.all(
		names.map(async name => readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '')),
	);
	const pid = child?.pid ?? 'none';
	const writers = lines.filter(
		line => /^\S*(?:dd|blkdiscard)\0/.test(line) && line.includes(`/proc/${pid}/fd/`),
	);
	const stray = lines.filter(line => line.includes(place.directory) && /cli\.ts\0/.test(line));
	return [...attached.flat(), ...writers, ...stray];
};
