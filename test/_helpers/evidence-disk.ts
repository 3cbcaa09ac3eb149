import {mkdir} from 'node:fs/promises';
import path from 'node:path';
import type {ExecutionContext} from 'ava';
import {createPlace, runFile} from './cli.ts';
import {attachLoop, untilFree} from './loop.ts';

export interface EvidenceDisk {
	/** Its loop device. */
	readonly node: string;
	readonly label: string;
	readonly image: string;
	/** Mounts it somewhere for as long as `look` takes. */
	mounted<Result>(look: (directory: string) => Promise<Result>, options?: string): Promise<Result>;
}

let disks = 0;

/** A real disk with a file system and a label that nobody else has; gone with the test. */
export const evidenceDisk = async (
	t: ExecutionContext,
	{type = 'ext4', bytes = 8 * 1024 * 1024, label = ''}: {type?: string; bytes?: number; label?: string} = {},
): Promise<EvidenceDisk> => {
	disks += 1;
	const name = label || `EV${process.pid}-${disks}`;
	const {directory, write} = await createPlace(t);
	const image = await write('evidence.img', '');
	await runFile('truncate', ['--size', `${bytes}`, image]);
	await runFile(`mkfs.${type}`, type === 'vfat' ? ['-n', name, image] : ['-q', '-L', name, image]);
	const loop = await attachLoop(image, {directIo: false});
	t.teardown(async () => loop[Symbol.asyncDispose]());
	return {
		node: loop.path,
		label: name,
		image,
		async mounted(look, options = 'rw') {
			const place = path.join(directory, 'mounted');
			await mkdir(place, {recursive: true});
			await runFile('mount', ['-o', options, loop.path, place]);
			try {
				return await look(place);
			} finally {
				// Whoever looks at what processes have open holds it for a moment.
				await untilFree(async () => runFile('umount', [place]));
			}
		},
	};
};
