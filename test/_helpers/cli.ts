import {type ChildProcess, execFile, spawn} from 'node:child_process';
import {createHash} from 'node:crypto';
import {mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {promisify} from 'node:util';
import type {RunEvent} from '../../src/events.ts';
import type {Cleanup} from './cleanup.ts';
import {randomBytes} from './loop.ts';

export const runFile = promisify(execFile);

export const cli = path.join(import.meta.dirname, '../../src/cli.ts');

const defaultTimeoutMs = 120_000;

export interface CliEnd {
	/** `null` when it was killed by a signal, also for taking too long. */
	readonly exitCode: number | null;
	readonly stdout: string;
	readonly stderr: string;
	/** From the interruption on, where there was one. */
	readonly durationMs: number;
	/** The lines of stdout as events; throws when one is not JSON. */
	readonly events: readonly RunEvent[];
}

interface CliOptions {
	readonly cwd?: string;
	readonly env?: Readonly<Record<string, string>>;
	readonly timeoutMs?: number;
	/** A signal to send, once, when the output of both kinds so far has this. */
	readonly interrupt?: {readonly signal: NodeJS.Signals; readonly when: RegExp};
	/** Told of the output of both kinds so far, whenever there is more. */
	readonly onOutput?: (text: string, child: ChildProcess) => void;
	/** Told of the process as soon as there is one. */
	readonly onStart?: (child: ChildProcess) => void;
	/** Descriptor to write to instead of a pipe that is read. */
	readonly stdout?: number;
	readonly stdin?: 'pipe' | 'ignore';
}

/** The real entry as a process of its own. */
export const zeroize = async (args: readonly string[], options: CliOptions = {}): Promise<CliEnd> =>
	runProcess(process.execPath, [cli, ...args], options);

/** A bash script in which `zeroize` is the real entry. */
export const zeroizeScript = async (script: string, options: CliOptions = {}): Promise<CliEnd> =>
	runProcess('bash', ['-c', `zeroize() { "$NODE" "$CLI" "$@"; }\n${script}`], {
		...options,
		env: {...options.env, NODE: process.execPath, CLI: cli},
	});

const runProcess = async (
	file: string,
	args: readonly string[],
	{
		cwd,
		env,
		timeoutMs = defaultTimeoutMs,
		interrupt,
		onStart,
		onOutput,
		stdout = -1,
		stdin = 'ignore',
	}: CliOptions,
): Promise<CliEnd> => {
	const startedAtMs = performance.now();
	const child = spawn(file, args, {
		...(cwd !== undefined && {cwd}),
		env: {...process.env, ...env},
		stdio: [stdin, stdout < 0 ? 'pipe' : stdout, 'pipe'],
		// A group of its own, so that what hangs is killed with its children.
		detached: true,
	});
	onStart?.(child);
	const texts = {stdout: '', stderr: ''};
	let all = '';
	let interruptedAtMs: number | undefined;
	for (const name of ['stdout', 'stderr'] as const) {
		child[name]?.setEncoding('utf8').on('data', (text: string) => {
			texts[name] += text;
			all += text;
			onOutput?.(all, child);
			if (interrupt?.when.test(all) && interruptedAtMs === undefined) {
				child.kill(interrupt.signal);
				interruptedAtMs = performance.now();
			}
		});
	}

	const timer = setTimeout(() => process.kill(-(child.pid ?? Number.NaN), 'SIGKILL'), timeoutMs);
	const exitCode = await new Promise<number | null>((resolve, reject) => {
		child.once('error', reject).once('close', resolve);
	});
	clearTimeout(timer);
	return {
		...texts,
		exitCode,
		durationMs: performance.now() - (interruptedAtMs ?? startedAtMs),
		get events() {
			return parseEvents(texts.stdout);
		},
	};
};

/** Events of JSON lines; the last one must be whole. */
export const parseEvents = (text: string): readonly RunEvent[] => {
	const lines = text.split('\n');
	if (lines.pop() !== '') {
		throw new Error('the last line is not whole');
	}

	return lines.map(line => JSON.parse(line) as RunEvent);
};

/** A directory for everything that a test's runs leave, removed with its end. */
export interface Place {
	readonly directory: string;
	readonly state: string;
	readonly log: string;
	/** Options that keep records in here. */
	readonly args: readonly string[];
	/** A new file of random bytes. */
	image(bytes: number, name?: string): Promise<string>;
	write(name: string, text: string): Promise<string>;
	/** Directories in which runs left records, in state and log. */
	runs(): Promise<{readonly state: readonly string[]; readonly log: readonly string[]}>;
}

export const createPlace = async (t: Cleanup, parent: string = tmpdir()): Promise<Place> => {
	const directory = await mkdtemp(path.join(parent, 'zeroize-test-'));
	t.teardown(async () => rm(directory, {recursive: true, force: true}));
	const [state, log] = [path.join(directory, 'state'), path.join(directory, 'log')];
	await mkdir(state);
	const write = async (name: string, content: string | Uint8Array) => {
		const file = path.join(directory, name);
		await writeFile(file, content);
		return file;
	};
	const list = async (place: string) => {
		const names = await readdir(place).catch(() => []);
		return names.map(name => path.join(place, name));
	};
	return {
		directory,
		state,
		log,
		args: ['--state-dir', state, '--log-dir', log],
		image: async (bytes, name = 'disk.img') => write(name, randomBytes(bytes)),
		write,
		runs: async () => ({state: await list(state), log: await list(log)}),
	};
};

export const hashOf = async (file: string): Promise<string> =>
	createHash('sha256')
		.update(await readFile(file))
		.digest('hex');

/** Asks cmp, which knows nothing of zeroize. */
export const isAllZero = async (file: string, totalBytes: number): Promise<boolean> => {
	try {
		await runFile('cmp', ['--bytes', `${totalBytes}`, file, '/dev/zero']);
		return (await stat(file)).size === totalBytes;
	} catch {
		return false;
	}
};
