import {spawn} from 'node:child_process';
import {readFile, rm} from 'node:fs/promises';
import path from 'node:path';

export interface Measured {
	readonly seconds: number;
	readonly cpuSeconds: number;
	readonly machineCpuSeconds: number;
	readonly maxRssBytes: number;
	readonly exitCodes: ReadonlyArray<number | null>;
	/** Of each process, in the order of the commands. */
	readonly outputs: readonly string[];
	/** The end of what was said on standard error. */
	readonly complaints: string;
	/** When it was first seen, from the start. */
	readonly committedSeconds: number | null;
}

export interface MeasureOptions {
	/** For what `time` writes. */
	readonly place: string;
	readonly timeoutMs: number;
	readonly signal: AbortSignal;
}

const mostOutput = 16 * 1024 * 1024;

// A process that waits for a device ends only when the device answers.
const graceMs = 60_000;

const committed = '"type":"run.committed"';

/** Runs the commands at once, each under `time`. Whatever happens, none of them is left when this returns. */
export const measure = async (
	commands: ReadonlyArray<readonly string[]>,
	options: MeasureOptions,
): Promise<Measured> => {
	options.signal.throwIfAborted();
	const busyBefore = await busySeconds();
	const startedAtMs = performance.now();
	const ended = await Promise.all(
		commands.map(async (command, index) => runOne(command, index, startedAtMs, options)),
	);
	const seconds = Math.max(...ended.map(({endedAtMs}) => endedAtMs - startedAtMs)) / 1000;
	const machineCpuSeconds = (await busySeconds()) - busyBefore;
	options.signal.throwIfAborted();
	const sum = (of: (one: Ended) => number) => ended.reduce((total, one) => total + of(one), 0);
	return {
		seconds,
		machineCpuSeconds,
		cpuSeconds: sum(one => one.cpuSeconds),
		maxRssBytes: sum(one => one.maxRssBytes),
		exitCodes: ended.map(({exitCode}) => exitCode),
		outputs: ended.map(({output}) => output),
		complaints: ended.map(({complaints}) => complaints).join(''),
		committedSeconds: ended[0]?.committedSeconds ?? null,
	};
};

interface Ended {
	readonly endedAtMs: number;
	readonly exitCode: number | null;
	readonly cpuSeconds: number;
	readonly maxRssBytes: number;
	readonly output: string;
	readonly complaints: string;
	readonly committedSeconds: number | null;
}

const runOne = async (
	command: readonly string[],
	index: number,
	startedAtMs: number,
	{place, timeoutMs, signal}: MeasureOptions,
): Promise<Ended> => {
	const usage = path.join(place, `usage-${index}`);
	const args = ['--quiet', '--format=%U %S %M', `--output=${usage}`, ...command];
	// A process group of its own: `time` alone can be killed and leave the rest running.
	const child = spawn('time', args, {detached: true, stdio: ['ignore', 'pipe', 'pipe'], env: environment()});
	const stop = () => killGroup(child.pid);
	const timer = setTimeout(stop, timeoutMs);
	let giveUp: NodeJS.Timeout | undefined;
	signal.addEventListener('abort', stop);
	let output = '';
	let complaints = '';
	let committedSeconds: number | null = null;
	child.stdout.setEncoding('utf8').on('data', (text: string) => {
		output = (output + text).slice(-mostOutput);
		if (committedSeconds === null && output.includes(committed)) {
			committedSeconds = (performance.now() - startedAtMs) / 1000;
		}
	});
	child.stderr.setEncoding('utf8').on('data', (text: string) => {
		complaints = (complaints + text).slice(-2000);
	});
	const closed = new Promise<void>(resolve => child.once('close', () => resolve()));
	try {
		const {exitCode, endedAtMs} = await new Promise<Pick<Ended, 'exitCode' | 'endedAtMs'>>(
			(resolve, reject) => {
				child.once('error', reject);
				child.once('exit', exitCode => resolve({exitCode, endedAtMs: performance.now()}));
				const error = new Error(`${command[0]} does not end, not even when it is killed`);
				giveUp = setTimeout(reject, timeoutMs + graceMs, error);
			},
		);
		await closed;
		return {exitCode, endedAtMs, output, complaints, committedSeconds, ...(await readUsage(usage))};
	} finally {
		clearTimeout(timer);
		clearTimeout(giveUp);
		signal.removeEventListener('abort', stop);
	}
};

// A test runner's settings and our own Node's are not theirs.
const environment = (): NodeJS.ProcessEnv => ({
	PATH: process.env['PATH'],
	LC_ALL: 'C',
	NODE_V8_COVERAGE: undefined,
});

const killGroup = (pid: number | undefined): void => {
	try {
		if (pid !== undefined) {
			process.kill(-pid, 'SIGKILL');
		}
	} catch {
		// It has ended meanwhile.
	}
};

const readUsage = async (file: string): Promise<Pick<Ended, 'cpuSeconds' | 'maxRssBytes'>> => {
	const text = await readFile(file, 'utf8').catch(() => '');
	await rm(file, {force: true});
	const [user = 0, system = 0, kibibytes = 0] = text.trim().split(' ').map(Number);
	return {cpuSeconds: user + system, maxRssBytes: kibibytes * 1024};
};

const ticksPerSecond = 100;

const busySeconds = async (): Promise<number> => {
	const [line = ''] = (await readFile('/proc/stat', 'utf8')).split('\n');
	const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = line.split(/ +/).slice(1).map(Number);
	return (user + nice + system + irq + softirq) / ticksPerSecond;
};
