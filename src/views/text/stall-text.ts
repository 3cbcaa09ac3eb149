import {formatDuration, formatRate} from '../../progress.ts';
import {progressText} from './progress-text.ts';
import type {StepProgress, StepStalled} from './story.ts';

/** `no progress for 2 min 05 s; likely cause: …; given up in 28 min 00 s`; of a device that answers also that. */
export const stallText = ({bytesPerSecond, seconds, cause, giveUpSeconds, answers}: StepStalled): string => {
	const duration = formatDuration(seconds * 1000);
	const what =
		bytesPerSecond === 0
			? `no progress for ${duration}`
			: `no more than ${formatRate(bytesPerSecond)} for ${duration}`;
	const why = cause === null ? 'the kernel log gives no cause' : `likely cause: ${cause}`;
	const end = giveUpSeconds === 0 ? 'given up now' : `given up in ${formatDuration(giveUpSeconds * 1000)}`;
	const sign = bytesPerSecond === 0 ? 'it answers, but nothing gets further' : 'it answers with errors';
	return answers ? `${what}: ${sign}; ${why}; ${end} without an answer` : `${what}; ${why}; ${end}`;
};

/** What stands under a running task. */
export const taskText = (
	event: StepProgress | StepStalled,
	describe: (event: StepProgress) => string = progressText,
): string => (event.type === 'step.stalled' ? `STALLED: ${stallText(event)}` : describe(event));
