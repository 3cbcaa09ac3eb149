import {createInterface} from 'node:readline';
import type {DeviceFacts} from '../../devices/device.ts';
import {mediaType} from '../../devices/media.ts';
import {SanitizeError} from '../../errors.ts';
import type {Plan} from '../../plan.ts';
import {formatBytes} from '../../progress.ts';
import type {Surroundings} from '../command.ts';

/**
What the operator typed for each device that will be erased: what `--confirm` gave, or the answers of a terminal. Without either: nothing, and clearance refuses.
@throws the signal's reason when the operator interrupts the question.
*/
export const askConfirmations = async (
	plan: Plan,
	given: readonly string[],
	surroundings: Surroundings,
): Promise<readonly string[]> => {
	if (given.length > 0 || plan.refusals.length > 0 || !surroundings.stdin.isTTY) {
		return given;
	}

	const answers: string[] = [];
	for (const {facts, eraser, confirmation} of plan.devices) {
		if (eraser) {
			answers.push(await ask(facts, confirmation, surroundings));
		}
	}

	return answers;
};

const ask = async (facts: DeviceFacts, confirmation: string, surroundings: Surroundings): Promise<string> => {
	const {stderr, stdin, signal} = surroundings;
	stderr.write(`${describeDevice(facts).join('\n')}\n`);
	stderr.write(
		facts.serial === null
			? `It has no serial number. Type its path (${confirmation}) to erase it: `
			: 'Type its serial number to erase it: ',
	);
	// Not as a terminal: the line discipline does the editing, and Ctrl-C stays a signal.
	const lines = createInterface({input: stdin, terminal: false});
	try {
		return await nextLine(lines, signal);
	} finally {
		lines.close();
	}
};

const nextLine = (lines: ReturnType<typeof createInterface>, signal: AbortSignal): Promise<string> =>
	new Promise((resolve, reject) => {
		const onAbort = () => reject(signal.reason);
		signal.addEventListener('abort', onAbort, {once: true});
		if (signal.aborted) {
			onAbort();
		}

		lines.once('line', line => resolve(line.trim()));
		lines.once('close', () => {
			signal.removeEventListener('abort', onAbort);
			reject(
				new SanitizeError('NOT_CONFIRMED', 'the confirmation was not given', {
					hint: 'nothing was written; start again, or use --confirm',
				}),
			);
		});
	});

/** What is about to be lost, in the operator's words. */
const describeDevice = (facts: DeviceFacts): readonly string[] => [
	'',
	`${facts.path} is about to be erased. This cannot be undone.`,
	`  model    ${[facts.manufacturer, facts.model].filter(Boolean).join(' ') || 'unknown'} (${mediaType(facts)})`,
	`  serial   ${facts.serial ?? 'none'}`,
	`  size     ${formatBytes(facts.totalBytes)} (${facts.totalBytes} bytes)`,
	...describeContents(facts).map((text, index) => `  ${index === 0 ? 'on it   ' : '        '} ${text}`),
];

const describeContents = ({contents, partitions}: DeviceFacts): readonly string[] => {
	const {partitionTable, fileSystem, label} = contents;
	const own = [partitionTable && `${partitionTable} partition table`, fileSystem, label && `"${label}"`]
		.filter(Boolean)
		.join(' ');
	const parts = partitions.map(
		part =>
			`${part.path} ${formatBytes(part.totalBytes)} ${part.fileSystem ?? 'unknown content'}${part.label ? ` "${part.label}"` : ''}`,
	);
	return own || parts.length > 0
		? [...(own ? [own] : []), ...parts]
		: ['nothing that is recognised; that does not mean empty'];
};
