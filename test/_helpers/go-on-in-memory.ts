import {cpSync, existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {authorize} from '../../src/clearance.ts';
import {type Fault, faulty} from '../../src/devices/faulty.ts';
import {createMemoryDevice, type MemoryDevice} from '../../src/devices/memory.ts';
import {type RunEvent, RunEvents} from '../../src/events.ts';
import rehearsal from '../../src/hosts/rehearsal.ts';
import {Journal, readJournal} from '../../src/journal.ts';
import {type RunResult, runPlan} from '../../src/pipeline.ts';
import {createTools} from '../../src/process.ts';
import {readKeptRun} from '../../src/records/kept-run.ts';
import {createRecords} from '../../src/records/run-records.ts';
import {steps} from '../../src/steps/index.ts';
import {type MemoryRun, runOnMemory} from './run-on-memory.ts';

/** What is left of a run when its process is gone: its directory, and what its devices hold. */
export interface Remains {
	readonly directory: string;
	readonly contents: readonly Uint8Array[];
	readonly devices: readonly MemoryDevice[];
}

type Teardown = Parameters<typeof runOnMemory>[0];

/** Runs to the end, and keeps what would be left had the process gone right after each of the events. */
export const runAndCut = async (
	t: Teardown,
	run: MemoryRun = {},
): Promise<{readonly events: readonly RunEvent[]; readonly remains: readonly Remains[]}> => {
	const place = await mkdtemp(path.join(tmpdir(), 'zeroize-cut-'));
	t.teardown(async () => rm(place, {recursive: true, force: true}));
	const contents: Uint8Array[][] = [];
	const journal = new Journal();
	let text = '';
	let state = '';
	let devices: readonly MemoryDevice[] = [];
	const result = await runOnMemory(t, {
		...run,
		// Nothing moves the records, as in RAM.
		logRefused: 'the run ends in RAM',
		onStart: started => {
			devices = started;
		},
		onEvent(event, abort) {
			run.onEvent?.(event, abort);
			if (event.type === 'run.planned') {
				state = path.join(event.plan.stateDir ?? '', `zeroize-${event.runId}`);
			}

			text += `${journal.add(event)}\n`;
			contents.push(devices.map(({bytes}) => bytes.slice()));
			const directory = path.join(place, `${event.seq}`);
			mkdirSync(directory);
			if (existsSync(state)) {
				cpSync(state, directory, {recursive: true});
			}

			writeFileSync(path.join(directory, 'journal.jsonl'), text);
			writeFileSync(path.join(directory, 'run.log'), `as far as event ${event.seq}\n`);
		},
	});
	const remains = contents.map((content, index) => ({
		directory: path.join(place, `${index + 1}`),
		contents: content,
		devices: result.devices,
	}));
	return {events: result.events, remains};
};

interface Continued extends RunResult {
	/** Of the whole run, from its journal. */
	readonly events: readonly RunEvent[];
	readonly devices: readonly MemoryDevice[];
	/** How often each device was written to by this process. */
	readonly writes: readonly number[];
	readonly recorded: readonly string[];
}

/** Another process goes on with what is left. With `attempt` it had ended, and what failed is tried again. */
export const goOn = async (
	{directory, contents, devices: before}: Remains,
	{attempt, faults = []}: {readonly attempt?: number; readonly faults?: ReadonlyArray<readonly Fault[]>} = {},
): Promise<Continued> => {
	const kept = await readKeptRun(directory);
	const {plan} = kept;
	const events = new RunEvents({
		runId: plan.runId,
		now: () => new Date(),
		onListenerError(error) {
			throw error;
		},
	});
	kept.events.forEach(event => void events.replay(event));
	const devices = before.map(({facts}, index) => {
		const device = createMemoryDevice(facts);
		device.bytes.set(contents[index] ?? []);
		return device;
	});
	const clearances = authorize(
		plan,
		plan.devices.map(({confirmation}) => confirmation),
	);
	const writes = devices.map(() => 0);
	const lanes = devices.map((device, index) => {
		const opened = faulty(device, faults[index] ?? []);
		return {
			planned: plan.devices[index] as (typeof plan.devices)[number],
			clearance: clearances.get(device.facts.path),
			open: async () => ({
				...opened,
				async write(position: number, buffer: Uint8Array) {
					writes[index] = (writes[index] ?? 0) + 1;
					return opened.write(position, buffer);
				},
			}),
		};
	});
	const tools = createTools({env: {}});
	const host = rehearsal.create({tools, root: '/'});
	const run = async () => {
		using records = createRecords({events, stateDir: plan.stateDir, kept, describe: ({type}) => [type]});
		if (attempt !== undefined) {
			events.emit({type: 'run.retried', attempt});
		}

		// Awaited: until then the records must listen.
		return await runPlan(
			{
				...{plan, steps, devices: lanes, host, tools, events, records},
				signal: new AbortController().signal,
				now: () => new Date(),
				monotonicMs: () => performance.now(),
			},
			{view: {taskList: 'silent', describeProgress: () => ''}, stream: process.stdout},
		);
	};
	const result = await run();
	const text = readFileSync(path.join(directory, 'journal.jsonl'), 'utf8');
	const lines = readJournal(text, 'journal.jsonl');
	return {...result, events: lines.map(({event}) => event), devices, writes, recorded: host.recorded};
};
