import type {Total} from '../events/total.ts';
import type {RunEvent, RunEvents} from '../events.ts';
import type {Output} from '../output.ts';

/**
One way to show a run: one file in `src/views/`, one default export made with {@link defineView}. A view knows events alone.
*/
export interface View {
	readonly name: 'tty' | 'plain' | 'json';
	readonly summary: string;
	/** `default`: the pipeline's own task list is shown on the terminal, and the view adds what stands before, after and beside it. */
	readonly taskList: 'default' | 'silent';
	/** Text under a running task of the task list, where there is room for `columns` of it; of a stall it may be longer. */
	describeProgress(event: RunEvent & {type: 'step.progress' | 'step.stalled'}, columns?: number): string;
	/** The line of one device among several in the task list, where there is one; it waits as long as there is no event. */
	describeLane?(
		device: string,
		event?: RunEvent & {type: 'step.progress' | 'step.stalled'},
		columns?: number,
	): string;
	/** Of all of them together, above those lines. */
	describeTotal?(total: Total, columns?: number): string;
	/** Shows the events from now on, until disposed. */
	attach(events: RunEvents, output: Output): Disposable;
}

export const defineView = (view: View): View => view;
