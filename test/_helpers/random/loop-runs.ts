import {mkdir, mkdtemp, readdir, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import type {ExecutionContext} from 'ava';
import {SanitizeError} from '../../../src/errors.ts';
import type {RunEvent} from '../../../src/events.ts';
import {parseEvents} from '../cli.ts';
import {loopsOf} from '../loop.ts';
import {runMain, watchedOutput} from '../main.ts';
import {checkLoop} from './check-loop.ts';
import {checkRun, finishedOf} from './check-run.ts';
import {createDisk, createImage, type Disk} from './disk.ts';
import {disturb} from './disturb.ts';
import {type LoopScenario, randomLoopScenario} from './loop-scenario.ts';
import {placeInMemory} from './place.ts';
import {createRandom, onlyRun, seed} from './random.ts';

const atOnce = 3;
const limitMs = 120_000;
const timeoutMs = 15 * 60_000;

/** Runs `from` up to, not including, `to` of all random runs on loop devices. */
export const tryLoopRuns = async (t: ExecutionContext, from: number, to: number): Promise<void> => {
	t.timeout(timeoutMs);
	const outcomes = new Map<string, number>();
	const startedAtMs = performance.now();
	let bad = 0;
	const end = onlyRun === undefined ? to : onlyRun + 1;
	let next = onlyRun ?? from;
	const work = async () => {
		for (let run = next; run < end; run = next) {
			next += 1;
			const scenario = randomLoopScenario(createRandom(seed, run));
			const {outcome, flaws} = await tryScenario(scenario);
			outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
			if (flaws.length > 0) {
				bad += 1;
				t.log(`ZEROIZE_RANDOM_SEED=${seed} ZEROIZE_RANDOM_RUN=${run}`, JSON.stringify(scenario));
				flaws.forEach(flaw => void t.log(flaw));
			}
		}
	};
	await Promise.all(Array.from({length: atOnce}, work));
	const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1);
	const counts = Array.from(outcomes, ([outcome, count]) => `${count} ${outcome}`).toSorted();
	t.log(`runs ${from} to ${to - 1} of seed ${seed} in ${seconds} s: ${counts.join(', ')}`);
	t.is(bad, 0);
	t.true(onlyRun !== undefined || outcomes.has('sanitized'));
};

const tryScenario = async (scenario: LoopScenario) => {
	// Where only a disk will do: memory knows no direct I/O.
	const parent = scenario.store === 'image' && scenario.directIo ? tmpdir() : await placeInMemory();
	const directory = await mkdtemp(path.join(parent, 'zeroize-random-'));
	try {
		await using bytes = new AsyncDisposableStack();
		await using stack = new AsyncDisposableStack();
		const image = await createImage(scenario, directory, bytes);
		const disk = await createDisk(scenario, {image, directory}, stack);
		const {ended, ...rest} = await carryOut(scenario, {disk, stack, directory});
		const {outcome, devices} = finishedOf(ended);
		// Who holds it open keeps it attached.
		const isOurs = scenario.scheme === 'loop' && scenario.disturbance?.kind !== 'hold open';
		const isLeft = isOurs && (await loopsOf(disk.file)).length > 0;
		const [result] = devices;
		// What is behind it is looked at when nothing can change it any more.
		await stack.disposeAsync();
		const flaws = result ? await checkLoop({scenario, disk, result, events: ended.events, ...rest}) : [];
		return {
			outcome,
			flaws: [
				...checkRun(ended),
				...flaws,
				...(isLeft ? ['a loop device was left behind'] : []),
				...(await untilNoLoops(disk)),
			],
		};
	} catch (error) {
		return {
			outcome: 'none',
			flaws: [error instanceof Error ? (error.stack ?? error.message) : String(error)],
		};
	} finally {
		await rm(directory, {recursive: true, force: true});
	}
};

interface Parts {
	readonly disk: Disk;
	readonly stack: AsyncDisposableStack;
	readonly directory: string;
}

const carryOut = async (scenario: LoopScenario, {disk, stack, directory}: Parts) => {
	const controller = new AbortController();
	let interruptedBy: 'INTERRUPTED' | 'TERMINATED' | undefined;
	const interrupt = (code: 'INTERRUPTED' | 'TERMINATED') => {
		interruptedBy = code;
		controller.abort(new SanitizeError(code, 'interrupted by a signal'));
	};
	const {disturbance} = scenario;
	const seen = {events: 0, from: undefined as number | undefined, at: undefined as number | undefined};
	let disturbing: Promise<void> | undefined;
	const stdout = watchedOutput(line => {
		const event = JSON.parse(line) as RunEvent;
		seen.events += 1;
		const name = 'step' in event ? `${event.type} ${event.step}` : event.type;
		if (disturbance && !disturbing && name === disturbance.when) {
			seen.from = seen.events;
			disturbing = disturb(disturbance, {disk, totalBytes: scenario.totalBytes, stack, interrupt}).then(
				hasHappened => {
					seen.at = hasHappened ? seen.events : undefined;
				},
			);
		}
	});
	const state = path.join(directory, 'state');
	await mkdir(state);
	const args = [
		...['run', 'erase', '--device', disk.target, '--confirm', disk.confirmation, '--progress', 'json'],
		...['--eraser', scenario.eraser, '--verify', scenario.verify],
		...['--state-dir', state, '--log-dir', path.join(directory, 'log')],
	];
	const timer = setTimeout(() => interrupt('TERMINATED'), limitMs);
	const end = await bounded(runMain(args, {signal: controller.signal, stdout: stdout.output}));
	clearTimeout(timer);
	await disturbing;
	const records = await readRecords(directory);
	return {
		ended: {...records, events: parseEvents(stdout.text()), exitCode: end.end.exitCode, interruptedBy},
		disturbedFrom: seen.from,
		disturbedAt: seen.at,
	};
};

const bounded = async <Value>(promise: Promise<Value>): Promise<Value> =>
	Promise.race([
		promise,
		sleep(2 * limitMs, undefined, {ref: false}).then(() => {
			throw new Error('the run does not end');
		}),
	]);

const readRecords = async (directory: string) => {
	const names = await readdir(directory, {recursive: true});
	const read = async (name: string) => readFile(path.join(directory, name), 'utf8');
	const journal = names.find(name => name.endsWith('/journal.jsonl'));
	const certificates = names.filter(name => /\/certificate[^/]*\.json$/.test(name));
	return {
		journal: journal === undefined ? undefined : await read(journal),
		certificates: await Promise.all(certificates.map(read)),
	};
};

/** A program that looks at all devices may hold one open for a moment. */
const untilNoLoops = async ({image, file}: Disk): Promise<readonly string[]> => {
	for (let attempt = 0; attempt < 100; attempt += 1) {
		const nodes = await Promise.all([file, image].map(async name => loopsOf(name).catch(() => [])));
		if (nodes.flat().length === 0) {
			return [];
		}

		await sleep(50);
	}

	return [`loop devices of ${file} are left behind`];
};
