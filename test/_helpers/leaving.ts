import {mkdir, symlink} from 'node:fs/promises';
import path from 'node:path';
import type {ExecutionContext} from 'ava';
import type {Plan} from '../../src/plan.ts';
import {createPlace, type Place} from './cli.ts';
import {departure} from './kept.ts';
import {runMain} from './main.ts';
import {writeTree} from './surroundings.ts';

export const totalBytes = 1024 * 1024;

const recipe = (destination: string | null): string => `name: leaving
title: leave and erase
summary: leave and erase
steps:
  - step: leave-disk
  - step: erase
    eraser: direct
  - step: verify
  - step: issue-certificate
  - step: deliver
    retryFor: 1s
${destination === null ? '' : `    destinations: [{to: '${destination}'}]`}
  - step: power-off
`;

/** A real plan for a real file, with the step that leaves the disk as it would be for the disk behind `/`, which no test may erase. */
export const planToLeave = async (
	t: ExecutionContext,
	destination: string | null = null,
): Promise<{readonly place: Place; readonly image: string; readonly plan: Plan}> => {
	const place = await createPlace(t);
	const image = await place.image(totalBytes);
	const file = await place.write('leaving.yaml', recipe(destination));
	const args = ['plan', file, '--device', `loop:${image}`, '--progress', 'json', ...place.args];
	const [planned] = (await runMain(args)).events;
	if (planned?.type !== 'run.planned') {
		throw new Error('there is no plan');
	}

	const steps = planned.plan.steps.map(({skip, ...step}) =>
		step.step === 'leave-disk' || skip === undefined ? step : {...step, skip},
	);
	return {place, image, plan: {...planned.plan, steps, departure}};
};

/** A root for a machine with no console yet; of the kernel's files only those that are read can be reached. */
export const leftMachine = async (place: Place): Promise<string> => {
	const root = path.join(place.directory, 'root');
	await writeTree(root, {'proc/sys/kernel/printk': '7 4 1 7\n', sys: '-> /sys'});
	for (const name of ['self', 'swaps', 'mdstat']) {
		await symlink(`/proc/${name}`, path.join(root, 'proc', name));
	}

	await mkdir(path.join(root, 'dev'));
	return root;
};
