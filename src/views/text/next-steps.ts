import {type RunFinished, runDirectory, type Story} from './story.ts';

/** What the operator does now. */
export const nextSteps = (story: Story, finished: RunFinished): readonly string[] =>
	actions(story, finished).map(action => `next: ${action}`);

const actions = (story: Story, finished: RunFinished): readonly string[] => {
	switch (finished.outcome) {
		case 'sanitized':
			return sanitizedActions(story);
		case 'verified':
			return ['nothing; this was a look, not an erase, and gives no certificate'];
		case 'refused':
			return [hintOf(story, finished) ?? 'solve what is said above', 'then run the recipe again'];
		case 'failed':
			return failedActions(story, finished);
		case 'unverified':
			return [
				...stalledActions(story),
				`do not release it before it is verified: ${verifyCommand(story, finished)}`,
			];
		case 'aftercare-failed':
			return [
				hintOf(story, finished) ?? 'see what failed above',
				'copy the journal and log to a safe place by hand; the machine is not powered off',
			];
		case 'interrupted':
			return interruptedActions(story);
		default:
			return finished.outcome satisfies never;
	}
};

/** `zeroize verify` looks for zeros; only the run itself knows what else there must be. */
const verifyCommand = (story: Story, finished: RunFinished): string => {
	const device = finished.devices.find(({outcome}) => outcome === 'unverified');
	const path = device?.path;
	const target = story.plan?.devices.find(({facts}) => facts.path === path)?.facts.target ?? path ?? 'TARGET';
	return (device?.expected && resumeCommand(story)) ?? `zeroize verify --device ${target}`;
};

const sanitizedActions = ({plan, certificates}: Story): readonly string[] => {
	if (plan?.host === 'rehearsal') {
		return ['nothing: this was a rehearsal, and so says its certificate'];
	}

	return certificates.length > 0
		? ['keep the certificate with the papers of the device']
		: ['no certificate was asked for; the journal is the only proof'];
};

// The command itself follows.
const resumeHint = /, then go on with: zeroize resume JOURNAL$/;

const failedActions = (story: Story, finished: RunFinished): readonly string[] => {
	const warning = 'DO NOT RELEASE the device';
	if (story.committed.length === 0) {
		return [warning, 'the device is not empty or not readable: erase it'];
	}

	// Many a hint begins with what the first line says.
	const hint = hintOf(story, finished)
		?.replace(/^do not release the device[;,:] /, '')
		.replace(resumeHint, '');
	const again = 'erase it again; a device that fails twice is destroyed, not released';
	const way = resumeCommand(story);
	return [
		warning,
		...(hint === undefined ? [] : [hint]),
		isStalled(story) && way !== undefined ? `once it answers again, go on with: ${way}` : again,
	];
};

const isStalled = ({failures}: Story): boolean => failures.some(({code}) => code === 'STALLED');

const stalledActions = (story: Story): readonly string[] => {
	const way = isStalled(story) ? resumeCommand(story) : undefined;
	return way === undefined ? [] : [`once it answers again, go on with: ${way}`];
};

/** `undefined` where there is nothing to resume from. */
const resumeCommand = ({plan, logDir}: Story): string | undefined => {
	const directory = logDir ?? (plan && runDirectory(plan));
	const isErasing = plan?.devices.some(({eraser}) => eraser !== undefined);
	return directory === undefined || plan?.departure || !isErasing
		? undefined
		: `zeroize resume ${directory}/journal.jsonl`;
};

const interruptedActions = (story: Story): readonly string[] => {
	const {committed} = story;
	if (committed.length === 0) {
		return ['run the recipe again when you are ready'];
	}

	const way = resumeCommand(story);
	return [
		`DO NOT RELEASE ${committed.join(', ')}: it is partly written`,
		way === undefined ? 'run the recipe again from its start, to its end' : `go on with: ${way}`,
	];
};

const hintOf = ({failures, plan}: Story, {refusals}: RunFinished): string | undefined =>
	refusals?.[0]?.hint ?? failures[0]?.hint ?? plan?.refusals[0]?.hint;
