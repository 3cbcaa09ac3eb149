import {SanitizeError, toSanitizeError} from '../errors.ts';

/** A tool that stopped because it was told to says INTERRUPTED; who told it, and why, only the reason of the signal knows. */
export const toInterruption = (error: unknown, {aborted, reason}: AbortSignal): unknown => {
	const isInterruption = aborted && (error === reason || toSanitizeError(error).code === 'INTERRUPTED');
	if (!isInterruption) {
		return error;
	}

	const {code, message, hint} = toSanitizeError(reason);
	const own = toSanitizeError(error);
	if (code === 'STALLED') {
		// Both matter: why it was stopped, and whether it could be.
		const words = error === reason ? message : `${message}; ${own.message}`;
		return new SanitizeError(code, words, {hint, cause: error});
	}

	// What the tool says of itself (it may still write) matters more than how to go on.
	return new SanitizeError(code, own.message, {hint: own.hint ?? hint, cause: error});
};
