import {mkdtemp, readdir, readFile, rm} from 'node:fs/promises';
import path from 'node:path';
import type {ExecutionContext} from 'ava';
import {SanitizeError} from '../../../src/errors.ts';
import {recipeOf} from '../plan.ts';
import {type MemoryRun, type MemoryRunResult, runOnMemory} from '../run-on-memory.ts';
import {checkMemory} from './check-memory.ts';
import {checkRun, finishedOf} from './check-run.ts';
import {placeInMemory} from './place.ts';
import {createRandom, onlyRun, seed} from './random.ts';
import {randomScenario, type Scenario, type ScenarioDevice} from './scenario.ts';
import {createWitness, type Witness} from './witness.ts';

const mostShown = 3;
const timeoutMs = 15 * 60_000;

/** Runs `from` up to, not including, `to` of all random runs on memory devices. */
export const tryMemoryRuns = async (t: ExecutionContext, from: number, to: number): Promise<void> => {
	t.timeout(timeoutMs);
	const parent = await mkdtemp(path.join(await placeInMemory(), 'zeroize-random-'));
	t.teardown(async () => rm(parent, {recursive: true, force: true}));
	const outcomes = new Map<string, number>();
	const startedAtMs = performance.now();
	let bad = 0;
	for (
		let run = onlyRun ?? from;
		run < (onlyRun === undefined ? to : onlyRun + 1) && bad < mostShown;
		run += 1
	) {
		const scenario = randomScenario(createRandom(seed, run));
		const {outcome, flaws} = await tryScenario(scenario, seed + run, parent);
		outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
		if (flaws.length > 0) {
			bad += 1;
			t.log(`ZEROIZE_RANDOM_SEED=${seed} ZEROIZE_RANDOM_RUN=${run}`, JSON.stringify(scenario));
			flaws.forEach(flaw => void t.log(flaw));
		}
	}

	const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1);
	const counts = Array.from(outcomes, ([outcome, count]) => `${count} ${outcome}`).toSorted();
	t.log(`runs ${from} to ${to - 1} of seed ${seed} in ${seconds} s: ${counts.join(', ')}`);
	t.is(bad, 0);
	t.true(onlyRun !== undefined || (outcomes.get('sanitized') ?? 0) > (to - from) / 20);
};

const tryScenario = async (scenario: Scenario, fillSeed: number, parent: string) => {
	const witnesses: Witness[] = [];
	const before: Uint8Array[] = [];
	const clean: Array<() => unknown> = [];
	const {run, isInterrupted} = toRun(scenario, {fillSeed, witnesses, before});
	try {
		const result = await runOnMemory({teardown: action => void clean.push(action)}, {...run, parent});
		const left = await readRecords(result);
		const ended = {
			...result,
			...left,
			interruptedBy: isInterrupted() ? scenario.interruption?.code : undefined,
		};
		const {outcome, devices} = finishedOf(ended);
		const flaws = witnesses.flatMap((witness, index) => {
			const [given, own, device] = [scenario.devices[index], before[index], devices[index]];
			return given && own && device
				? checkMemory({
						scenario,
						given,
						result: device,
						witness,
						before: own,
						events: result.events,
						isInterrupted: isInterrupted(),
					})
				: ['a device is missing'];
		});
		return {outcome, flaws: [...checkRun(ended), ...flaws]};
	} catch (error) {
		return {
			outcome: 'none',
			flaws: [error instanceof Error ? (error.stack ?? error.message) : String(error)],
		};
	} finally {
		await Promise.all(clean.map(async action => action()));
	}
};

interface Seen {
	readonly fillSeed: number;
	readonly witnesses: Witness[];
	readonly before: Uint8Array[];
}

const toRun = (scenario: Scenario, {fillSeed, witnesses, before}: Seen) => {
	const {devices, interruption, coverage, percent, log, hasCertificate} = scenario;
	const counts = {event: 0, write: 0, read: 0};
	let isAborted = false;
	let abortRun = () => {};
	const count = (what: keyof typeof counts) => {
		counts[what] += 1;
		if (interruption?.at === what && interruption.nth === counts[what]) {
			isAborted = true;
			abortRun();
		}
	};
	let nowMs = 0;
	const run: MemoryRun = {
		recipe: recipeOf(
			['erase', {eraser: 'direct'}],
			['verify', {coverage, percent}],
			['keep-log'],
			...(hasCertificate ? ([['issue-certificate']] as const) : []),
		),
		devices: devices.map(({totalBytes, sectorBytes, faults}, index) => ({
			...{serial: `S${index}`, totalBytes, sectorBytes, faults},
			watch: (device, memory) => {
				const witness = createWitness(device, memory, count);
				witnesses[index] = witness;
				return witness.device;
			},
		})),
		onStart: memories =>
			memories.forEach((memory, index) => {
				fill(memory.bytes, devices[index]?.leftovers ?? 'all', fillSeed + index);
				before[index] = memory.bytes.slice();
			}),
		onEvent: (_event, abort) => {
			abortRun = abort;
			count('event');
		},
		...(interruption && {abortReason: new SanitizeError(interruption.code, 'interrupted by a signal')}),
		...(log === 'refused' && {logRefused: 'it is on the device that is erased'}),
		...(log === 'impossible' && {logDir: () => '/proc/zeroize-log'}),
		monotonicMs: () => (nowMs += 97),
	};
	return {run, isInterrupted: () => isAborted};
};

const fill = (bytes: Uint8Array, leftovers: ScenarioDevice['leftovers'], fillSeed: number): void => {
	if (leftovers === 'all') {
		return;
	}

	bytes.fill(0);
	const random = createRandom(fillSeed, -1);
	for (let index = 0; index < leftovers; index += 1) {
		bytes[random.integer(0, bytes.length - 1)] = random.integer(1, 255);
	}
};

const readRecords = async ({plan, directory}: MemoryRunResult) => {
	const places = [path.join(plan.logDir, plan.runId), path.join(directory, `zeroize-${plan.runId}`)];
	const found = await Promise.all(
		places.map(async place => {
			const names = await readdir(place).catch(() => []);
			return Promise.all(
				names.map(async name => ({name, text: await readFile(path.join(place, name), 'utf8')})),
			);
		}),
	);
	const files = found.flat();
	return {
		journal: files.find(({name}) => name === 'journal.jsonl')?.text,
		certificates: files.flatMap(({name, text}) => (name.startsWith('certificate') ? [text] : [])),
	};
};
