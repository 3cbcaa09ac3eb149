import {open, readdir, readFile} from 'node:fs/promises';
import {setTimeout as sleep} from 'node:timers/promises';
import {type Act, type During, MiB, type Subject} from '../case.ts';

const committed = /"run\.committed"/;
const verifying = /"step\.started","step":"verify"/;
/** While it is written to: as soon as a part of it is zero. */
export const midWrite = (act: Act): During => ({
	when: committed,
	async act(bench, subject) {
		await untilWritten(subject);
		await act(bench, subject);
	},
});

/** Whoever stores the device has the first MiB of zeros. */
const untilWritten = async ({store = ''}: Subject): Promise<void> => {
	const buffer = Buffer.alloc(512);
	await using handle = await open(store);
	for (let attempt = 0; attempt < 3000; attempt += 1) {
		await handle.read(buffer, 0, buffer.length, MiB - buffer.length);
		if (buffer.every(byte => byte === 0)) {
			return;
		}

		await sleep(10);
	}

	throw new Error('nothing is written');
};

export const beforeVerify = (act: Act): During => ({when: verifying, act});

export const midVerify = (act: Act, delayMs = 300): During => ({when: verifying, delayMs, act});

/** Sends a signal to zeroize. */
export const signalUs =
	(signal: NodeJS.Signals): Act =>
	async ({child}) => {
		if (!child?.kill(signal)) {
			throw new Error('zeroize had ended already');
		}
	};

/** Sends a signal to the dd, or another program, that zeroize has started. */
export const signalDd =
	(signal: NodeJS.Signals, name = 'dd'): Act =>
	async ({child}) => {
		for (let attempt = 0; attempt < 100; attempt += 1) {
			const pid = (await childrenOf(child?.pid)).find(({command}) => command === name)?.pid;
			if (pid !== undefined) {
				process.kill(pid, signal);
				return;
			}

			await sleep(20);
		}

		throw new Error(`no ${name} is running`);
	};

interface Child {
	readonly pid: number;
	readonly command: string;
}

const childrenOf = async (parent: number | undefined): Promise<readonly Child[]> => {
	const names = (await readdir('/proc')).filter(name => /^\d+$/.test(name));
	const stats = await Promise.all(
		names.map(async name => readFile(`/proc/${name}/stat`, 'utf8').catch(() => '')),
	);
	return stats.flatMap(text => {
		const [, pid = '', command = '', ppid = ''] = /^(\d+) \((.*)\) \S (\d+)/.exec(text) ?? [];
		return ppid === String(parent) ? [{pid: Number(pid), command}] : [];
	});
};
