import type {SigningKey} from '../../certificate/signing-key.ts';
import type {DeviceFacts} from '../../devices/device.ts';
import {SanitizeError} from '../../errors.ts';
import {RunEvents} from '../../events.ts';
import type {HostName} from '../../hosts/host.ts';
import type {Output} from '../../output.ts';
import type {KeptRun} from '../../records/kept-run.ts';
import type {View} from '../../views/view.ts';
import {type CommandEnd, printError, type Surroundings} from '../command.ts';
import {executePlan} from './execute.ts';

interface Continuation {
	readonly kept: KeptRun;
	readonly view: View;
	/** Instead of the plan's own host. */
	readonly host?: HostName;
	/** The devices as they are now, when the run was interrupted. */
	readonly resumed?: readonly DeviceFacts[];
	/** Absent where the plan signs nothing. */
	readonly signingKey?: SigningKey | undefined;
}

/**
Goes on with a run that another process began, from the first step that has not come to its end: same run, same journal. What had failed in a run that ended is tried again.
@throws SanitizeError JOURNAL_INVALID, or whatever refuses the run: then nothing was written.
*/
export const continueRun = async (
	{kept, view, host, resumed, signingKey}: Continuation,
	surroundings: Surroundings,
): Promise<CommandEnd> => {
	const {stdout, stderr, now} = surroundings;
	const {plan} = kept;
	const events = new RunEvents({
		runId: plan.runId,
		now,
		onListenerError: error => void printError(stderr, 'following the run', error),
	});
	const silent = silenced(stdout);
	using _view = view.attach(events, silent.output);
	kept.events.forEach(event => void events.replay(event));
	silent.speak();
	const confirmations = confirmationsIn(kept);
	// Awaited: until then the view must listen.
	return await executePlan(
		{
			...{plan, confirmations, events, view, kept, resumed, attempt: attemptAfter(kept), signingKey},
			...(host && {host}),
		},
		surroundings,
	);
};

/** `undefined` where the run has not come to an end. */
const attemptAfter = ({report, events}: KeptRun): number | undefined =>
	report.isFinished ? events.filter(({type}) => type === 'run.retried').length + 2 : undefined;

const confirmationsIn = ({events, directory}: KeptRun): readonly string[] => {
	const confirmed = events.findLast(({type}) => type === 'run.confirmed');
	if (confirmed?.type !== 'run.confirmed') {
		throw new SanitizeError('NOT_CONFIRMED', `the journal in ${directory} tells of no confirmation`, {
			hint: 'start a new run',
		});
	}

	return confirmed.confirmations;
};

/** An output that says nothing of what was said before, and speaks from then on. */
const silenced = (output: Output) => {
	let isSilent = true;
	return {
		output: {
			isTTY: output.isTTY,
			get columns() {
				return output.columns;
			},
			get isClosed() {
				return output.isClosed;
			},
			write: (text: string) => (isSilent ? undefined : output.write(text)),
			flush: (timeoutMs: number) => output.flush(timeoutMs),
		},
		speak() {
			isSilent = false;
		},
	};
};
