export interface Span {
	readonly durationMs: number;
}

interface Moment {
	readonly startMs: number;
	readonly endMs: number;
}

/** How long each step took, by the events of a run; of several devices from the first one's start to the last one's end. */
export const stepSpans = (output: string): Readonly<Record<string, Span>> => {
	const moments = new Map<string, Moment>();
	for (const line of output.split('\n')) {
		const event = parseLine(line);
		if (event?.type === 'step.finished') {
			const endMs = Date.parse(event.at);
			const before = moments.get(event.step);
			moments.set(event.step, {
				startMs: Math.min(before?.startMs ?? Number.POSITIVE_INFINITY, endMs - event.durationMs),
				endMs: Math.max(before?.endMs ?? 0, endMs),
			});
		}
	}

	return Object.fromEntries(
		[...moments].map(([step, {startMs, endMs}]) => [step, {durationMs: endMs - startMs}]),
	);
};

interface FinishedEvent {
	readonly type: string;
	readonly at: string;
	readonly step: string;
	readonly durationMs: number;
}

// The last line of a run that was killed may be cut off.
const parseLine = (line: string): FinishedEvent | undefined => {
	try {
		return JSON.parse(line);
	} catch {
		return undefined;
	}
};
