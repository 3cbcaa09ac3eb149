import {errnoOf, SanitizeError} from '../../errors.ts';

const hints: Readonly<Record<string, string>> = {
	ECONNREFUSED: 'start the receiver, or correct the port',
	EHOSTUNREACH: 'mend the network to it',
	ENETUNREACH: 'mend the network to it',
	ETIMEDOUT: 'mend the network to it, or start the receiver',
	ECONNRESET: 'see the log of the receiver',
	EPIPE: 'see the log of the receiver',
	EMSGSIZE: 'use TCP or TLS',
};

const certificateHint =
	'name the authority that signed its certificate with "ca" in the recipe, or mend the certificate';

/** What went wrong on the way to a receiver, in our words. */
export const networkFailure = (error: unknown, timeoutMs: number): SanitizeError => {
	if (error instanceof SanitizeError) {
		return error;
	}

	const [cause] = causesOf(error);
	if (cause instanceof Error && (cause.name === 'TimeoutError' || cause.name === 'AbortError')) {
		return failure(
			`it did not answer within ${timeoutMs / 1000} s`,
			'see whether the receiver is stuck',
			error,
		);
	}

	const messages = [
		...new Set(causesOf(error).map(each => (each instanceof Error ? each.message : String(each)))),
	];
	const code = errnoOf(cause) ?? '';
	const hint = hints[code] ?? (/CERT|^ERR_TLS|SELF_SIGNED|VERIFY/.test(code) ? certificateHint : undefined);
	return failure(messages.join('; '), hint ?? 'see whether the receiver works', error);
};

/** Node wraps what happened on each address of one name. */
const causesOf = (error: unknown): readonly unknown[] =>
	error instanceof AggregateError && error.errors.length > 0 ? error.errors : [error];

export const failure = (message: string, hint: string, cause?: unknown): SanitizeError =>
	new SanitizeError('DELIVERY_FAILED', message, {hint, cause});
