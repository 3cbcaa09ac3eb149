import {Option} from 'commander';
import type {AddCommand, Surroundings} from './command.ts';
import {addRehearseOptions, parseSize, type RunOptions} from './options.ts';
import {toRequest} from './run.ts';
import {createRandomFile} from './session/random-file.ts';
import {loadRecipe} from './session/recipes.ts';
import {runSession} from './session/session.ts';

interface RehearseOptions extends Omit<RunOptions, 'device' | 'confirm'> {
	readonly size: number;
	readonly keep: boolean;
}

const defaultBytes = 256 * 1024 * 1024;

export const addRehearse: AddCommand = (program, surroundings, finish) => {
	addRehearseOptions(
		program
			.command('rehearse [recipe]', {isDefault: false})
			.description('the same recipe on a throw-away loop device filled with random data')
			.addOption(
				new Option('--size <bytes>', 'size of the device')
					.argParser(parseSize)
					.default(defaultBytes, '256MiB'),
			)
			.option('--keep', 'leave the erased file, and say where', false),
	)
		.addHelpText('after', '\nExample:\n  zeroize rehearse ssr-zeroize --size 4GiB')
		.action(async (recipe: string | undefined, options: RehearseOptions) => {
			finish(await rehearse(recipe ?? 'ssr-zeroize', options, surroundings));
		});
};

const rehearse = async (recipe: string, options: RehearseOptions, surroundings: Surroundings) => {
	const {stderr, uid, signal} = surroundings;
	const {size, keep, progress} = options;
	// Attaching a loop device takes root; a file is erased and verified the same way.
	const scheme = uid === 0 ? 'loop' : 'file';
	if (scheme === 'file') {
		stderr.write('zeroize: not root, so the rehearsal erases a file (file:) instead of a loop device\n');
	}

	const host = options.host ?? 'rehearsal';
	const checked = await loadRecipe(recipe, {host, uid});
	using file = await createRandomFile(size, {
		keep,
		signal,
		onStart: text => stderr.write(`zeroize: ${text}\n`),
	});
	const target = `${scheme}:${file.path}`;
	const request = toRequest(checked, {...options, device: [target], confirm: []}, surroundings);
	const end = await runSession(
		{
			request: {...request, host},
			progress,
			confirmations: 'itself',
			stopsAfterPlan: false,
		},
		surroundings,
	);
	if (keep) {
		const what = end.exitCode === 0 ? 'the erased file' : 'the file';
		stderr.write(`zeroize: ${what} was kept: ${file.path}\n`);
	}

	return end;
};
