import type {EventBody, RunEvent} from '../../src/events.ts';
import {memoryFacts, planOf, recipeOf, runId} from './plan.ts';

const totalBytes = 4_000_787_030_016;
const bytesPerSecond = 180_000_000;

/** An erase of sixteen disks of 4 TB, four at a time, at 180 MB/s each; an event of each every ten seconds. */
export const manyDevices = (minutes: number): readonly RunEvent[] => {
	const paths = Array.from({length: 16}, (_, index) => `/dev/sd${String.fromCodePoint(97 + index)}`);
	const plan = planOf({
		recipe: recipeOf(['erase', {eraser: 'direct'}], ['verify', {coverage: 'full', percent: 10}]),
		devices: paths.map(path => memoryFacts({path, target: path, serial: path, totalBytes})),
		atOnce: 4,
	});
	const events: RunEvent[] = [];
	const add = (seconds: number, body: EventBody) =>
		void events.push({seq: events.length + 1, at: new Date(seconds * 1000).toISOString(), runId, ...body});
	add(0, {type: 'run.planned', plan});
	const running = paths.slice(0, 4);
	for (const device of running) {
		add(0, {type: 'step.started', step: 'erase', title: 'erase with direct', device});
	}

	for (let seconds = 10; seconds <= minutes * 60; seconds += 10) {
		const bytes = seconds * bytesPerSecond;
		for (const [index, device] of running.entries()) {
			add(seconds + index, {
				type: 'step.progress',
				...{step: 'erase', device, bytes, totalBytes, bytesPerSecond},
				etaSeconds: Math.ceil((totalBytes - bytes) / bytesPerSecond),
			});
		}
	}

	return events;
};
