/** Holds up those who would read what is still being written. */
export interface Gate {
	/** Resolves when everything before this byte may be read. */
	pass(end: number): Promise<void>;
	/** Lets pass whoever wants no more than what is before this byte; never takes back. */
	open(end: number): void;
	/** True when nobody is held up any more. */
	isWideOpen(): boolean;
}

export const createGate = (): Gate => {
	let limit = 0;
	let waiting: ReadonlyArray<{readonly end: number; readonly resolve: () => void}> = [];
	return {
		async pass(end) {
			if (end > limit) {
				await new Promise<void>(resolve => {
					waiting = [...waiting, {end, resolve}];
				});
			}
		},
		open(end) {
			limit = Math.max(limit, end);
			const passing = waiting.filter(({end}) => end <= limit);
			waiting = waiting.filter(({end}) => end > limit);
			for (const {resolve} of passing) {
				resolve();
			}
		},
		isWideOpen: () => limit === Number.POSITIVE_INFINITY,
	};
};
