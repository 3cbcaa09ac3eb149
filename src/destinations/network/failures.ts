import {errnoOf, SanitizeError} from '../../errors.ts';

/** What the usual errors mean, and what to do. */
const known: Readonly<Record<string, readonly [meaning: string, hint: string]>> = {
	ECONNREFUSED: ['nothing listens there', 'start the receiver, or correct the port'],
	EHOSTUNREACH: ['there is no way to it', 'mend the network to it'],
	ENETUNREACH: ['there is no way to it', 'mend the network to it'],
	ETIMEDOUT: ['it does not answer', 'mend the network to it, or start the receiver'],
	ECONNRESET: ['it broke the connection off', 'see the log of the receiver'],
	EPIPE: ['it broke the connection off', 'see the log of the receiver'],
	EMSGSIZE: ['a message is too long for a datagram', 'use syslog+tcp: or syslog+tls:'],
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

	const code = errnoOf(cause) ?? '';
	const [meaning, hint = 'see whether the receiver works'] = known[code] ?? [];
	const words = meaning === undefined ? '' : `${meaning}: `;
	const messages = new Set(
		causesOf(error).map(each => (each instanceof Error ? each.message : String(each))),
	);
	return failure(
		`${words}${[...messages].join('; ')}`,
		/CERT|^ERR_TLS|SELF_SIGNED|VERIFY/.test(code) ? certificateHint : hint,
		error,
	);
};

/** Node wraps what happened on each address of one name. */
const causesOf = (error: unknown): readonly unknown[] =>
	error instanceof AggregateError && error.errors.length > 0 ? error.errors : [error];

export const failure = (message: string, hint: string, cause?: unknown): SanitizeError =>
	new SanitizeError('DELIVERY_FAILED', message, {hint, cause});
