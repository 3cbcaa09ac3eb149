import {SanitizeError} from '../../errors.ts';
import type {DestinationWish} from '../destination.ts';

/** @throws SanitizeError USAGE when an option was given that means nothing there. */
export const requireUnset = (
	{to, ...options}: DestinationWish,
	...names: ReadonlyArray<'method' | 'ca'>
): void => {
	const [name] = names.filter(name => options[name] !== undefined);
	if (name !== undefined) {
		const where = name === 'method' ? 'http: and https:' : 'https: and syslog+tls:';
		throw new SanitizeError('USAGE', `"${name}" means nothing for ${to}`, {
			hint: `leave it out: it belongs to ${where}`,
		});
	}
};
