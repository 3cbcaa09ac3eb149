import {climb, type Limits, type Rate, type Setting} from './settings.ts';

/** How the blocks of one pass over a device are best asked for. */
export interface Tuner {
	/** What to use for the next block. */
	setting(): Setting;
	/** Takes that a block asked for with this setting has come back. */
	done(setting: Setting, bytes: number): void;
	/** What was tried so far, in order. */
	trials(): readonly Rate[];
}

// Shorter than this a rate says nothing; longer than this nobody waits for one.
const trialMs = 25;
const longestTrialMs = 300;
const trialBlocks = 8;

interface Trial {
	readonly setting: Setting;
	/** When its first block came back: before that the queue was filling. */
	startedAtMs?: number;
	blocks: number;
	bytes: number;
}

/**
Finds the setting that moves most, by trying some on the work itself, one after the other, each for some milliseconds: nothing is read or written that would not be anyway. The best one stays.
*/
export const createTuner = (limits: Limits, monotonicMs: () => number = () => performance.now()): Tuner => {
	const rates: Rate[] = [];
	const climbing = climb(limits);
	let isSettled = false;
	let trial = begin(climbing.next().value);

	const settle = (elapsedMs: number): void => {
		const rate = {...trial.setting, bytesPerSecond: Math.round((trial.bytes / elapsedMs) * 1000)};
		rates.push(rate);
		const {value, done = false} = climbing.next(rate);
		isSettled = done;
		trial = begin(value);
	};

	return {
		setting: () => trial.setting,
		trials: () => rates,
		done(setting, bytes) {
			if (isSettled || setting !== trial.setting) {
				return;
			}

			const nowMs = monotonicMs();
			if (trial.startedAtMs === undefined) {
				trial.startedAtMs = nowMs;
				return;
			}

			trial.blocks += 1;
			trial.bytes += bytes;
			const elapsedMs = nowMs - trial.startedAtMs;
			if (elapsedMs >= longestTrialMs || (elapsedMs >= trialMs && trial.blocks >= trialBlocks)) {
				settle(elapsedMs);
			}
		},
	};
};

const begin = (setting: Setting): Trial => ({setting, blocks: 0, bytes: 0});
