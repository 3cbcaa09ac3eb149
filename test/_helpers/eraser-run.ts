import type {Device} from '../../src/devices/device.ts';
import type {EraseContext, EraseResult, Eraser} from '../../src/erasers/eraser.ts';
import {surroundings} from './eraser-subjects.ts';

export interface Erasing {
	readonly result: EraseResult;
	readonly progress: readonly number[];
	readonly reached: readonly number[];
	readonly commits: number;
}

export const contextOf = (device: Device, changes: Partial<EraseContext> = {}): EraseContext => ({
	device,
	tools: surroundings.tools,
	signal: new AbortController().signal,
	from: 0,
	commit: async () => {},
	canary: true,
	announcePass() {},
	announceCommand() {},
	warn() {},
	...changes,
});

/** Runs an eraser to its end. */
export const erase = async (
	eraser: Eraser,
	device: Device,
	changes: Partial<EraseContext> = {},
): Promise<Erasing> => {
	const progress: number[] = [];
	const reached: number[] = [];
	let commits = 0;
	const commit = async () => {
		commits += 1;
		await changes.commit?.();
	};
	const erasing = eraser.erase(contextOf(device, {...changes, commit}));
	for (;;) {
		const next = await erasing.next();
		if (next.done) {
			return {result: next.value, progress, reached, commits};
		}

		const {writtenBytes, reachedTo} = next.value;
		progress.push(writtenBytes);
		reached.push(reachedTo);
	}
};
