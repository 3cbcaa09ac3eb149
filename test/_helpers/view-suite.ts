import {readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import type {TestFn} from 'ava';
import {type EventBody, type RunEvent, RunEvents} from '../../src/events.ts';
import type {Output} from '../../src/output.ts';
import type {View} from '../../src/views/view.ts';

const directory = path.join(import.meta.dirname, '../../fixtures/events');

export const recordings: readonly string[] = readdirSync(directory).map(name =>
	path.basename(name, '.jsonl'),
);

export const readRecording = (name: string): readonly RunEvent[] =>
	readFileSync(path.join(directory, `${name}.jsonl`), 'utf8')
		.trimEnd()
		.split('\n')
		.map(line => JSON.parse(line));

export interface Shown {
	readonly text: string;
	readonly listenerErrors: readonly unknown[];
	/** What was written for each event, for those with anything. */
	readonly writes: ReadonlyArray<{readonly event: RunEvent; readonly text: string}>;
}

export interface Screen {
	readonly isTTY?: boolean;
	readonly columns?: number;
}

/** What a view makes of events. */
export const show = (
	view: View,
	recorded: readonly RunEvent[],
	{isTTY = false, columns = 80}: Screen = {},
): Shown => {
	let at = '';
	let current: RunEvent | undefined;
	const listenerErrors: unknown[] = [];
	const writes: Array<{event: RunEvent; text: string}> = [];
	const events = new RunEvents({
		runId: recorded[0]?.runId ?? '',
		now: () => new Date(at),
		onListenerError: error => listenerErrors.push(error),
	});
	const output: Output = {
		isTTY,
		columns,
		isClosed: false,
		write: text => current && writes.push({event: current, text}),
		flush: async () => true,
	};
	using _view = view.attach(events, output);
	for (const event of recorded) {
		({at} = event);
		current = event;
		const {seq: _seq, runId: _runId, at: _at, ...body} = event;
		events.emit(body as EventBody);
	}

	return {text: writes.map(({text}) => text).join(''), listenerErrors, writes};
};

const escapeCharacter = String.fromCodePoint(27);

/** What every view must keep to, on every recording. */
export const viewSuite = (test: TestFn, view: View): void => {
	for (const name of recordings) {
		const recorded = readRecording(name);

		test(`${view.name} shows the recording "${name}" to its end, in whole lines`, t => {
			for (const columns of [40, 80, 200]) {
				const {text, listenerErrors} = show(view, recorded, {columns, isTTY: true});
				t.deepEqual(listenerErrors, []);
				t.true(text.endsWith('\n'));
			}
		});

		test(`${view.name} moves no cursor in the recording "${name}"`, t => {
			const {text} = show(view, recorded, {isTTY: false});
			t.false(text.includes(escapeCharacter));
			t.false(text.includes('\r'));
		});
	}

	test(`${view.name} describes every progress of all recordings in one line`, t => {
		for (const event of recordings.flatMap(readRecording)) {
			if (event.type === 'step.progress') {
				t.regex(view.describeProgress(event), /^[ -~]{1,80}$/);
				t.true(view.describeProgress(event).includes('%'));
			}
		}
	});

	test(`${view.name} writes nothing once disposed`, t => {
		const events = new RunEvents({runId: 'x', now: () => new Date(0)});
		let text = '';
		const write = (more: string) => {
			text += more;
		};
		view
			.attach(events, {isTTY: false, columns: 80, isClosed: false, write, flush: async () => true})
			[Symbol.dispose]();
		events.emit({type: 'run.finished', outcome: 'refused', exitCode: 3, devices: []});
		t.is(text, '');
	});
};
