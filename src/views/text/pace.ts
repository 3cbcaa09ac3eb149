import type {Total} from '../../events/total.ts';
import type {StepProgress} from './story.ts';

interface Mark {
	readonly atMs: number;
	readonly percent: number;
}

const everyMs = 5000;
const everyPercent = 5;
const silenceMs = 60_000;

/**
Which progress is worth a line on a slow serial line: five seconds and five percent after the last one, or a minute after it whatever was done, so that the operator sees that it lives. Several devices share the five seconds, in turn, and every other line is for the total of them.
*/
export const createPace = () => {
	const marks = new Map<string, Mark>();
	let lineAtMs = Number.NEGATIVE_INFINITY;
	let ofTotal: Mark | undefined;
	// The clock may be set back during a run.
	const isDue = (last: Mark, now: Mark, leastMs: number): boolean => {
		const sinceMs = Math.abs(now.atMs - last.atMs);
		const isFar = now.percent - last.percent >= everyPercent || sinceMs >= silenceMs;
		return sinceMs >= leastMs && Math.abs(now.atMs - lineAtMs) >= everyMs && isFar;
	};
	return {
		start(step: string, device: string, at: string): void {
			marks.set(keyOf(step, device), {atMs: Date.parse(at), percent: 0});
		},
		end(step: string, device: string): void {
			marks.delete(keyOf(step, device));
		},
		isDue({step, device, at, ...progress}: StepProgress): boolean {
			const now = markOf(progress, at);
			const last = marks.get(keyOf(step, device)) ?? {atMs: now.atMs, percent: 0};
			const share = everyMs * marks.size * (ofTotal ? 2 : 1);
			const due = isDue(last, now, share);
			marks.set(keyOf(step, device), due ? now : last);
			lineAtMs = due ? now.atMs : lineAtMs;
			return due;
		},
		isTotalDue(total: Total, at: string): boolean {
			const now = markOf(total, at);
			ofTotal ??= {atMs: now.atMs, percent: now.percent};
			const due = isDue(ofTotal, now, 2 * everyMs);
			ofTotal = due ? now : ofTotal;
			lineAtMs = due ? now.atMs : lineAtMs;
			return due;
		},
	};
};

const markOf = ({bytes, totalBytes}: Pick<StepProgress, 'bytes' | 'totalBytes'>, at: string): Mark => ({
	atMs: Date.parse(at),
	percent: totalBytes > 0 ? (bytes / totalBytes) * 100 : 0,
});

const keyOf = (step: string, device: string): string => `${step} ${device}`;
