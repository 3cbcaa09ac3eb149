import {styleText} from 'node:util';
import type {Outcome} from '../events/results.ts';
import type {RunEvent} from '../events.ts';
import type {Output} from '../output.ts';
import {certificatesOnConsole} from './text/certificate-on-console.ts';
import {layOutAll, wrap, wrapAll} from './text/lines.ts';
import {haltLine} from './text/narrator.ts';
import {planLines} from './text/plan-lines.ts';
import {laneName, progressBar, totalText} from './text/progress-text.ts';
import {taskText} from './text/stall-text.ts';
import {continueStory, emptyStory, type Story} from './text/story.ts';
import {summaryLines} from './text/summary.ts';
import {defineView} from './view.ts';

type Style = Parameters<typeof styleText>[0];

// What listr2 leaves of 80 columns for the text under a task inside a device inside a group.
const progressColumns = 70;

// For a device's line in the group, and for that of the group.
const laneColumns = 74;
const totalColumns = 76;

/** The task list of the pipeline, between what will be done and what came of it. */
export default defineView({
	name: 'tty',
	summary: 'a task list that repaints itself, for a terminal',
	taskList: 'default',
	describeProgress: (event, columns = progressColumns) =>
		taskText(event, progress => progressBar(progress, columns)),
	describeLane: (device, event, columns = laneColumns) => {
		const name = laneName(device);
		if (!event) {
			return `${name} waits`;
		}

		const start = `${name} ${event.step} `;
		return `${start}${taskText(event, progress => progressBar(progress, columns - start.length))}`;
	},
	describeTotal: (total, columns = totalColumns) => totalText(total, columns, progressBar),
	attach(events, output) {
		let story = emptyStory;
		return events.subscribe(event => {
			story = continueStory(story, event);
			const lines = describe(event, story, output);
			if (lines.length > 0) {
				output.write(`${lines.join('\n')}\n`);
			}
		});
	},
});

// In between, the screen belongs to the task list; warnings wait for its end.
const describe = (event: RunEvent, story: Story, output: Output): readonly string[] => {
	switch (event.type) {
		case 'run.planned':
			return [...header(story, output), ''];
		case 'run.finished':
			return [
				'',
				...warnings(story, output),
				...certificates(story, output),
				...summary(story, event, output),
			];
		case 'run.halting':
			return [paint(output, 'bold', haltLine(event.how, event.rehearsed))];
		default:
			return [];
	}
};

const header = ({plan}: Story, output: Output): readonly string[] => {
	const [title = '', ...rest] = plan ? planLines(plan) : [];
	return [
		...wrapAll([title], output.columns).map(line => paint(output, 'bold', line)),
		...wrapAll(rest, output.columns).map(line =>
			line.startsWith('REHEARSAL') ? paint(output, ['bold', 'yellow'], line) : line,
		),
	];
};

const warnings = (story: Story, output: Output): readonly string[] => {
	const lines = story.warnings.flatMap(({code, message, hint}) => [
		`warning: ${message} (${code})`,
		...(hint === undefined ? [] : [`  hint: ${hint}`]),
	]);
	return wrapAll(lines, output.columns).map(line => paint(output, 'yellow', line));
};

const certificates = (story: Story, {columns}: Output): readonly string[] =>
	layOutAll(certificatesOnConsole(story.plan, story.certificates, columns), columns, line =>
		wrap(line, columns),
	);

const outcomeStyles: Readonly<Record<Outcome, Style>> = {
	sanitized: ['bold', 'green'],
	verified: ['bold', 'green'],
	refused: ['bold', 'yellow'],
	failed: ['bold', 'inverse', 'red'],
	unverified: ['bold', 'yellow'],
	'aftercare-failed': ['bold', 'yellow'],
	interrupted: ['bold', 'yellow'],
};

const summary = (
	story: Story,
	event: Extract<RunEvent, {type: 'run.finished'}>,
	output: Output,
): readonly string[] => {
	const [outcome = '', ...rest] = summaryLines(story, event, output.columns);
	return [paint(output, outcomeStyles[event.outcome], outcome), ...rest];
};

const paint = (output: Output, style: Style, text: string): string =>
	output.isTTY && !process.env['NO_COLOR'] ? styleText(style, text, {validateStream: false}) : text;
