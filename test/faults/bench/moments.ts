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

/** Sends a signal to the dd that writes to the subject. */
export const signalDd =
	(signal: NodeJS.Signals): Act =>
	async (_bench, {target}) => {
		const wanted = target.replace(/^(?:loop|file):/, '');
		for (let attempt = 0; attempt < 100; attempt += 1) {
			for (const pid of await processes()) {
				const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
				if (/(?:^|\/)dd\0/.test(line) && line.includes(`${wanted}\0`)) {
					process.kill(pid, signal);
					return;
				}
			}

			await sleep(20);
		}

		throw new Error(`no dd writes to ${wanted}`);
	};

const processes = async (): Promise<readonly number[]> =>
	(await readdir('/proc')).filter(name => /^\d+$/.test(name)).map(Number);
