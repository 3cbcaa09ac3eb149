/** Where a device is on its way through the run. */
export interface Standing {
	/** Absent where none is known: those share, too. */
	readonly controller?: string | undefined;
	readonly state: 'waiting' | 'running' | 'ended';
}

/**
Which of the waiting devices starts next; `undefined` when none may, or none waits. Pure.

It is one of the controller with the fewest devices under way; of those the one that has started the fewest; then the first in order. So controllers take turns, and while a device waits no other controller has more than one device under way beyond those of its own.
*/
export const nextToStart = (standings: readonly Standing[], limit: number): number | undefined => {
	const count = (controller: string | undefined, states: ReadonlyArray<Standing['state']>) =>
		standings.filter(other => other.controller === controller && states.includes(other.state)).length;
	if (standings.filter(({state}) => state === 'running').length >= limit) {
		return undefined;
	}

	const waiting = standings.flatMap(({controller, state}, index) =>
		state === 'waiting'
			? [{index, running: count(controller, ['running']), begun: count(controller, ['running', 'ended'])}]
			: [],
	);
	return waiting.toSorted((a, b) => a.running - b.running || a.begun - b.begun)[0]?.index;
};

/** A device's turn, until disposed. */
export interface Turn extends Disposable {
	/** False for a device that was still waiting when the run was interrupted. */
	readonly hasCome: boolean;
}

export interface Turns {
	/** Waits for the turn of the device at this place; every device must ask. Never rejects. */
	take(index: number): Promise<Turn>;
}

/** Lets so many devices go at a time, in the order of {@link nextToStart}. Those that wait when `signal` is aborted stop waiting. */
export const createTurns = (
	controllers: ReadonlyArray<string | undefined>,
	limit: number,
	signal: AbortSignal,
): Turns => {
	const states = controllers.map((): Standing['state'] => 'waiting');
	const waits = controllers.map(() => Promise.withResolvers<boolean>());
	const standings = () =>
		states.map((state, index) => ({state, controller: controllers[index]}) satisfies Standing);
	const give = (index: number, hasCome: boolean): void => {
		states[index] = hasCome ? 'running' : 'ended';
		waits[index]?.resolve(hasCome);
	};
	const goOn = (): void => {
		for (let next = nextToStart(standings(), limit); next !== undefined; ) {
			give(next, true);
			next = nextToStart(standings(), limit);
		}
	};
	const callOff = (): void => {
		for (const [index, state] of states.entries()) {
			if (state === 'waiting') {
				give(index, false);
			}
		}
	};
	goOn();
	signal.addEventListener('abort', callOff, {once: true});
	if (signal.aborted) {
		callOff();
	}

	return {
		async take(index) {
			const hasCome = (await waits[index]?.promise) ?? false;
			return {
				hasCome,
				[Symbol.dispose]() {
					states[index] = 'ended';
					goOn();
				},
			};
		},
	};
};
