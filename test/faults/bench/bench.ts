import type {ChildProcess} from 'node:child_process';
import {existsSync} from 'node:fs';
import {chmod, mkdir, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import type {Cleanup} from '../../_helpers/cleanup.ts';
import {type CliEnd, createPlace, hashOf, type Place, zeroizeScript} from '../../_helpers/cli.ts';
import type {During, EraserName, Subject} from '../case.ts';
import {slowGroup} from './slow-group.ts';

/** What a case works with; all of it is gone with its end. */
export interface Bench extends Cleanup {
	readonly place: Place;
	readonly eraser: EraserName | null;
	/** The process that was started last: zeroize itself, unless it was started through a shell's pipe. */
	child?: ChildProcess;
	/** A file that must be the same at the end. */
	guard(file: string): Promise<void>;
	/** The guarded files that are not the same any more. */
	changed(): Promise<readonly string[]>;
	/** Devices besides the subject. */
	readonly more: Subject[];
	/** A program that is found before the system's own. */
	tool(name: string, script: string): Promise<void>;
	/** Directory of the tools above. */
	readonly bin: string;
	zeroize(args: readonly string[], options?: Start): Promise<CliEnd>;
	/** `zeroize run` on these devices. */
	erase(subjects: readonly Subject[], options?: Start): Promise<CliEnd>;
}

interface Start {
	readonly more?: readonly string[] | undefined;
	readonly during?: Pick<During, 'when' | 'delayMs'> & {act(): Promise<void>};
	readonly slow?: Subject['slow'];
	/** A shell script around the command. */
	readonly around?: (command: string) => string;
	readonly timeoutMs?: number;
}

// Each event of a run is synced: a disk that others keep busy would make the table take an hour.
const inMemory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

const quote = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

export const createBench = async ({teardown}: Cleanup, eraser: EraserName | null): Promise<Bench> => {
	const cleanup = {teardown};
	const place = await createPlace(cleanup, inMemory);
	const bin = path.join(place.directory, 'bin');
	await mkdir(bin);
	const guarded = new Map<string, string>();
	const bench: Bench = {
		teardown,
		place,
		eraser,
		bin,
		more: [],
		async guard(file) {
			guarded.set(file, await hashOf(file));
		},
		async changed() {
			const files = [...guarded];
			const now = await Promise.all(files.map(async ([file]) => hashOf(file).catch(() => 'gone')));
			return files.flatMap(([file, before], index) => (now[index] === before ? [] : [file]));
		},
		async tool(name, script) {
			await writeFile(path.join(bin, name), `#!/bin/bash\n${script}\n`);
			await chmod(path.join(bin, name), 0o755);
		},
		zeroize: async (args, options) => start(bench, args, options),
		erase: async (subjects, {more = [], ...options} = {}) =>
			start(
				bench,
				[
					...['run', 'erase', '--progress', 'json', ...place.args],
					...subjects.flatMap(({target, confirm}) => [
						...['--device', target],
						...['--confirm', confirm ?? target.replace(/^(?:loop|file):/, '')],
					]),
					...(eraser === null ? [] : ['--eraser', eraser]),
					...more,
				],
				options,
			),
	};
	return bench;
};

const start = async (
	bench: Bench,
	args: readonly string[],
	{during, slow, around = command => `exec ${command}`, timeoutMs = 150_000}: Start = {},
): Promise<CliEnd> => {
	const command = ['"$NODE"', '"$CLI"', ...args.map(quote)].join(' ');
	await using group = slow && (await slowGroup(slow));
	const enter = group ? `echo $$ > ${quote(group.file)}; ` : '';
	let acting: Promise<void> | undefined;
	const end = await zeroizeScript(enter + around(command), {
		timeoutMs,
		stdin: 'pipe',
		env: {PATH: `${bench.bin}:${process.env['PATH']}`},
		onStart(child) {
			bench.child = child;
		},
		onOutput(text) {
			if (during?.when.test(text)) {
				acting ??= actLater(during);
			}
		},
	});
	await acting;
	if (during && !acting) {
		throw new Error(`the moment never came: ${during.when}; it ended with ${end.exitCode}: ${end.stderr}`);
	}

	return end;
};

const actLater = async ({delayMs = 0, act}: NonNullable<Start['during']>): Promise<void> => {
	await sleep(delayMs);
	await act();
};
