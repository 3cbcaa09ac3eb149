import type {StepProgress} from './story.ts';

interface Mark {
	readonly atMs: number;
	readonly percent: number;
}

const everyMs = 5000;
const everyPercent = 5;
const silenceMs = 60_000;

/**
Which progress is worth a line on a slow serial line: five seconds and five percent after the last one, or a minute after it whatever was done, so that the operator sees that it lives. Several devices share the five seconds, in turn.
*/
export const createPace = () => {
	const marks = new Map<string, Mark>();
	let lineAtMs = Number.NEGATIVE_INFINITY;
	return {
		start(step: string, device: string, at: string): void {
			marks.set(keyOf(step, device), {atMs: Date.parse(at), percent: 0});
		},
		end(step: string, device: string): void {
			marks.delete(keyOf(step, device));
		},
		isDue({step, device, at, bytes, totalBytes}: StepProgress): boolean {
			const atMs = Date.parse(at);
			const percent = totalBytes > 0 ? (bytes / totalBytes) * 100 : 0;
			const last = marks.get(keyOf(step, device)) ?? {atMs, percent: 0};
			marks.set(keyOf(step, device), last);
			// The clock may be set back during a run.
			const sinceMs = Math.abs(atMs - last.atMs);
			const isFar = percent - last.percent >= everyPercent || sinceMs >= silenceMs;
			if (sinceMs < everyMs * marks.size || Math.abs(atMs - lineAtMs) < everyMs || !isFar) {
				return false;
			}

			marks.set(keyOf(step, device), {atMs, percent});
			lineAtMs = atMs;
			return true;
		},
	};
};

const keyOf = (step: string, device: string): string => `${step} ${device}`;
