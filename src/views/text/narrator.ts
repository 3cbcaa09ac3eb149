import {describeContent} from '../../content.ts';
import {continueWorks, sumUp, type Total, type Works} from '../../events/total.ts';
import type {RunEvent} from '../../events.ts';
import {formatBytes, formatDuration} from '../../progress.ts';
import {certificatesOnConsole} from './certificate-on-console.ts';
import {shortName, type Told} from './lines.ts';
import {createNumbering} from './numbering.ts';
import {createPace} from './pace.ts';
import {planLines} from './plan-lines.ts';
import {progressText, totalText} from './progress-text.ts';
import {stallText} from './stall-text.ts';
import {
	continueStory,
	emptyStory,
	type Planned,
	type StepFailed,
	type StepFinished,
	type StepProgress,
	type Story,
} from './story.ts';
import {summaryLines} from './summary.ts';
import {rangeLines, verificationLines} from './verification-lines.ts';

/**
Tells a run in lines, event by event, as a log does: append-only, plain ASCII when wrapped, progress at the pace of a serial line. The lines are not wrapped, but for the summary, which counts them. A QR code is a picture.
*/
export const createNarrator = (columns: number): ((event: RunEvent) => readonly Told[]) => {
	const numbering = createNumbering();
	const pace = createPace();
	let story = emptyStory;
	let works: Works = [];
	return event => {
		story = continueStory(story, event);
		if (event.type === 'run.planned') {
			numbering.plan(event.plan);
		}

		const number = 'step' in event ? numbering.of(event) : '';
		works = continueWorks(works, event);
		if (event.type === 'step.progress') {
			return progressLines(event, {number, columns, pace, total: sumUp(works)});
		}

		if (
			event.type !== 'pass.started' &&
			event.type !== 'command.started' &&
			event.type !== 'step.stalled' &&
			event.type !== 'step.recovered' &&
			'step' in event &&
			event.device !== undefined
		) {
			pace[event.type === 'step.started' ? 'start' : 'end'](event.step, event.device, event.at);
		}

		return describe(event, {number, story, columns});
	};
};

interface Telling {
	readonly number: string;
	readonly story: Story;
	readonly columns: number;
}

const describe = (
	event: Exclude<RunEvent, StepProgress>,
	{number, story, columns}: Telling,
): readonly Told[] => {
	switch (event.type) {
		case 'run.planned':
			return planLines(event.plan);
		case 'run.announced':
			return event.deliveries.map(({to, where}) => `${to} works: announced in ${where}`);
		case 'run.confirmed':
			return [`confirmed by the operator: ${event.confirmations.join(', ')}`];
		case 'run.resumed':
			return ['the run is resumed; every device is verified in full'];
		case 'run.retried':
			return [`trying again what had failed (attempt ${event.attempt})`];
		case 'run.committed':
			return [`writing to ${shortName(event.device.path)} begins now; what it holds is lost from here on`];
		case 'run.warned':
			return withHint(`warning: ${event.message} (${event.code})`, event.hint);
		case 'step.started':
			return [`${number} ${event.title}${ofDevice(event)}${goingOn(event)}`];
		case 'pass.started':
		case 'command.started':
			return [`${number} ${event.step}${ofDevice(event)} ${partText(event)}`];
		case 'step.stalled':
			return [`${number} ${event.step}${ofDevice(event)} STALLED: ${stallText(event)}`];
		case 'step.recovered':
			return [`${number} ${event.step}${ofDevice(event)} ${recoveredText(event)}`];
		case 'step.skipped':
			return [`${number} ${event.step}${ofDevice(event)} skipped: ${event.reason}`];
		case 'step.finished':
			return [
				...finishedLines(event, number, story.plan),
				...certificatesOnConsole(story.plan, event.certificates ?? [], columns),
			];
		case 'step.failed':
			return failedLines(event, number);
		case 'run.finished':
			return summaryLines(story, event, columns);
		case 'run.halting':
			return [haltLine(event.how, event.rehearsed)];
		default:
			return event satisfies never;
	}
};

interface Pacing extends Pick<Telling, 'number' | 'columns'> {
	readonly pace: ReturnType<typeof createPace>;
	readonly total: Total;
}

// Of several devices the total comes first, then one of them in turn.
const progressLines = (event: StepProgress, {number, columns, pace, total}: Pacing): readonly string[] => {
	if (total.devices > 1 && pace.isTotalDue(total, event.at)) {
		return [totalText(total, columns)];
	}

	return pace.isDue(event) ? [progressLine(event, number, columns)] : [];
};

const progressLine = (event: StepProgress, number: string, columns: number): string => {
	const start = `${number} ${event.step} ${shortName(event.device)} `;
	return `${start}${progressText(event, columns - start.length)}`;
};

const passText = ({pass, passes, content}: Extract<RunEvent, {type: 'pass.started'}>): string =>
	[
		`pass ${pass} of ${passes}: ${describeContent(content)}`,
		...(content.kind === 'aes-256-ctr' ? [`SHA-256 of its key: ${content.keySha256}`] : []),
	].join(', ');

const recoveredText = ({seconds}: Extract<RunEvent, {type: 'step.recovered'}>): string =>
	`goes on after a stall of ${formatDuration(seconds * 1000)}`;

const partText = (event: Extract<RunEvent, {type: 'pass.started' | 'command.started'}>): string =>
	event.type === 'pass.started' ? passText(event) : commandText(event);

const commandText = ({canary, password}: Extract<RunEvent, {type: 'command.started'}>): string => {
	const secret = password === undefined ? '' : ` and, until it has ended, the password "${password}"`;
	return canary
		? `the drive gets its command${secret}: ${canary.blocks} blocks of ${canary.blockBytes} bytes of known data are on it, and must be gone after it`
		: `the drive gets its command${secret}`;
};

const ofDevice = ({device}: {readonly device?: string}): string =>
	device === undefined ? '' : ` ${shortName(device)}`;

const goingOn = ({from}: Extract<RunEvent, {type: 'step.started'}>): string =>
	from === undefined ? '' : `, going on at byte ${from} (${formatBytes(from)})`;

const withHint = (line: string, hint: string | undefined): readonly string[] =>
	hint === undefined ? [line] : [line, `  hint: ${hint}`];

const finishedLines = (event: StepFinished, number: string, plan: Planned | undefined): readonly string[] => {
	const {writtenBytes, canary, tool, verification, logDir, certificates = [], deliveries = []} = event;
	const {commands = [], done = []} = event;
	const isInRam = Boolean(plan?.departure);
	const by = tool ? ` by ${tool.name} ${tool.version}` : '';
	const ran = plan?.host === 'rehearsal' ? 'recorded, not run' : 'ran';
	return [
		`${number} ${event.step}${ofDevice(event)} done in ${formatDuration(event.durationMs)}`,
		...(writtenBytes === undefined
			? []
			: [`  ${formatBytes(writtenBytes)} (${writtenBytes} bytes) ${wordFor(event)}${by}`]),
		...(canary ? [`  canary gone: ${canary.blocks} blocks of ${canary.blockBytes} bytes`] : []),
		...(verification ? indent(verificationLines(verification)) : []),
		...commands.map(command => `  ${ran}: ${command}`),
		...(logDir === undefined ? [] : [`  journal and log are in ${logDir}`]),
		...indent(done),
		...(isInRam ? [] : certificates).map(
			({device, path}) => `  certificate of ${shortName(device)}: ${path}`,
		),
		...deliveries.map(({to, where}) => `  delivered to ${to}: ${where}`),
	];
};

const wordFor = ({leaves}: StepFinished): string =>
	leaves?.kind === 'drive-defined' ? 'erased by the drive itself, told' : 'written';

const failedLines = (event: StepFailed, number: string): readonly string[] => [
	...withHint(
		`${number} ${event.step}${ofDevice(event)} FAILED: ${event.message} (${event.code})`,
		event.hint,
	),
	...(event.writtenBytes === undefined ? [] : [`  ${event.writtenBytes} bytes were written`]),
	...unwritableLines(event),
	...(event.verification ? indent(verificationLines(event.verification)) : []),
];

const unwritableLines = ({unwritable}: StepFailed): readonly string[] =>
	unwritable
		? rangeLines('  UNWRITABLE', {
				ranges: unwritable.count,
				bytes: unwritable.bytes,
				listed: unwritable.listed,
			})
		: [];

const indent = (lines: readonly string[]): readonly string[] => lines.map(line => `  ${line}`);

/** `powering off now`. */
export const haltLine = (how: 'poweroff' | 'reboot', rehearsed: boolean): string => {
	const what = how === 'poweroff' ? 'power off' : 'reboot';
	return rehearsed ? `rehearsal: would ${what} now, does not` : `${what} now`;
};
