import {setTimeout as delay} from 'node:timers/promises';
import {type ErrorCode, SanitizeError, toSanitizeError} from '../../errors.ts';
import type {Tools} from '../../process.ts';

/** What is to be freed, seen from the new root in RAM. */
export interface Freeing {
	readonly tools: Tools;
	/** Prefix of /proc and /sys; `/` but in tests. */
	readonly root: string;
	/** Where the root of the system that ran before is mounted now. */
	readonly oldRoot: string;
	/** `major:minor` of the disks that nothing may use any more; their partitions and all that stands on them follow from sysfs. */
	readonly deviceNumbers: readonly string[];
	/** Mount points that stay, whatever they are. */
	readonly keep?: readonly string[];
	/** Called with a line of text for each thing that was done. */
	readonly tell: (line: string) => void;
	/** How long to go on trying when nothing gets better; 10 s by default. */
	readonly patienceMs?: number;
}

/** One thing in the way: what it is, and why it could not be removed; `null` once it is gone. */
export interface Attempt {
	readonly what: string;
	readonly reason: string | null;
}

/** Tries to remove each thing that it finds in the way, once; finds nothing when all is free. */
type Pass = () => Promise<readonly Attempt[]>;

const pauseMs = 200;

// For something that seems to go and is there again each time.
const mostPasses = 200;

/** Passes again, because each may uncover more or let others succeed, until nothing is in the way; else returns what still is. */
export const untilFree = async (pass: Pass, patienceMs = 10_000): Promise<readonly Attempt[]> => {
	let left: readonly Attempt[] = [];
	let progressAtMs = performance.now();
	for (let passes = 1; passes <= mostPasses; passes += 1) {
		const attempts = await pass();
		left = attempts.filter(({reason}) => reason !== null);
		if (attempts.length === 0) {
			return [];
		}

		if (left.length < attempts.length) {
			progressAtMs = performance.now();
			continue;
		}

		if (passes > 1 && performance.now() - progressAtMs > patienceMs) {
			break;
		}

		await delay(pauseMs);
	}

	return left.length > 0 ? left : [{what: 'what was removed', reason: 'it came back each time'}];
};

/** Removes one thing; the error of the tool is the reason why not. */
export const attempt = async (
	what: string,
	action: () => Promise<string>,
	tell: (line: string) => void,
): Promise<Attempt> => {
	try {
		tell(await action());
		return {what, reason: null};
	} catch (error) {
		return {what, reason: toSanitizeError(error).message};
	}
};

/** Why a tool that says that all is well has not done it. */
export const notDone = (reason: string, code: ErrorCode = 'TOOL_FAILED'): SanitizeError =>
	new SanitizeError(code, reason);

export const describe = ({what, reason}: Attempt): string => `${what}: ${reason}`;
