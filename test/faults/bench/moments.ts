import {readdir, readFile} from 'node:fs/promises';
import {setTimeout as sleep} from 'node:timers/promises';
import type {Act, During, EraserName} from '../case.ts';

const committed = /"run\.committed"/;
const verifying = /"step\.started","step":"verify"/;
const isOf = (eraser: EraserName | null) => (eraser === 'dd' ? 1300 : 300);

/** While it is written to, and some of it is. */
export const midWrite = (eraser: EraserName | null, act: Act): During => ({
	when: committed,
	delayMs: isOf(eraser),
	act,
});

/** Between the commit point and the first bytes. */
export const afterCommit = (act: Act): During => ({when: committed, act});

export const beforeVerify = (act: Act): During => ({when: verifying, act});

export const midVerify = (act: Act): During => ({when: verifying, delayMs: 400, act});

/** Sends a signal to zeroize. */
export const signalUs =
	(signal: NodeJS.Signals): Act =>
	async ({child}) => {
		if (!child?.kill(signal)) {
			throw new Error('zeroize had ended already');
		}
	};

/** Sends a signal to the dd that zeroize has started. */
export const signalDd =
	(signal: NodeJS.Signals): Act =>
	async ({child}) => {
		for (let attempt = 0; attempt < 100; attempt += 1) {
			const pid = (await childrenOf(child?.pid)).find(({command}) => command === 'dd')?.pid;
			if (pid !== undefined) {
				process.kill(pid, signal);
				return;
			}

			await sleep(20);
		}

		throw new Error('no dd is running');
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
