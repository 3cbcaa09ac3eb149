import {errnoOf, SanitizeError} from '../../errors.ts';

/** What an error of stat or open says about a path that was named as a device. */
export const toMissing = (path: string, cause: unknown): SanitizeError => {
	const errno = errnoOf(cause);
	if (errno === 'EACCES' || errno === 'EPERM') {
		return new SanitizeError('NO_PERMISSION', `looking at ${path}: ${errno}`, {
			hint: 'run zeroize as root',
			cause,
		});
	}

	const isAbsent = errno === 'ENOENT' || errno === 'ENOTDIR' || errno === 'ENODEV';
	const reason = isAbsent || !(cause instanceof Error) ? 'there is no such device or file' : cause.message;
	return new SanitizeError('DEVICE_MISSING', `looking at ${path}: ${reason}`, {
		hint: 'see zeroize devices for what is here',
		cause,
	});
};
