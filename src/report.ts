import type {DeviceResult, Outcome, RunEvent} from './events.ts';
import type {Plan} from './plan.ts';

/** What a run came to, as far as its events go. */
export interface Report {
	readonly plan: Plan | undefined;
	readonly outcome: Outcome;
	readonly exitCode: number;
	readonly devices: readonly DeviceResult[];
}

export const report = (_events: Iterable<RunEvent>): Report => {
	throw new Error('placeholder');
};
