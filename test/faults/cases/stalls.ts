import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import type {ServedFaults} from '../bench/served-disk.ts';
import {badFile} from '../bench/subjects.ts';
import {type Expected, type FaultCase, MiB} from '../case.ts';

const recipe = `
name: impatient
title: impatient
summary: impatient
steps:
  - {step: erase, stallSeconds: 1, slowBytesPerSecond: 0, giveUpSeconds: 2}
  - {step: verify, stallSeconds: 1, slowBytesPerSecond: 0, giveUpSeconds: 2}
  - step: keep-log
`;

const stalled = (name: string, faults: Partial<ServedFaults>, expected: Expected): FaultCase => ({
	name,
	how: "nbdkit's delay filter, and a recipe that gives up after 2 s",
	eraser: 'direct',
	subject: badFile({totalBytes: 8 * MiB, ...faults}),
	async run(bench, {target}) {
		const file = path.join(bench.place.directory, 'impatient.yaml');
		await writeFile(file, recipe);
		return bench.zeroize([
			...['run', file, '--device', target, '--confirm', target.replace('file:', '')],
			...['--eraser', 'direct', '--progress', 'json', ...bench.place.args],
		]);
	},
	expected,
});

export const stalls: readonly FaultCase[] = [
	stalled(
		'the device answers no write for too long',
		{writeDelayMs: 5000},
		{outcome: 'failed', exitCode: 4, code: 'STALLED', left: 'some', says: /^hint: /m},
	),
	stalled(
		'the device answers no read for too long',
		{readDelayMs: 5000},
		{outcome: 'unverified', exitCode: 5, code: 'STALLED', left: [], says: /^hint: /m},
	),
];
