/**
Every failure that a person meets is a {@link SanitizeError}: what was being done and what went wrong (lower case, no full stop), a hint that names the way out, and the cause.
*/
const exitCodes = {
	// A fault of the program itself.
	INTERNAL: 1,

	// Usage or recipe errors: nothing was touched.
	USAGE: 2,
	RECIPE_INVALID: 2,
	CERTIFICATE_INVALID: 2,
	JOURNAL_INVALID: 2,
	KEY_INVALID: 2,

	// Refused by a safety rule: not one byte of the device was written.
	NOT_CONFIRMED: 3,
	DEVICE_MISSING: 3,
	DEVICE_EMPTY: 3,
	DEVICE_BUSY: 3,
	DEVICE_READ_ONLY: 3,
	NOT_A_BLOCK_DEVICE: 3,
	NOT_A_REGULAR_FILE: 3,
	IS_PARTITION: 3,
	SYSTEM_DISK: 3,
	UNSUPPORTED: 3,
	TOOL_MISSING: 3,
	TOOL_FAILED: 3,
	FILE_NOT_TRUSTED: 3,
	NO_SPACE: 3,
	NO_MEMORY: 3,
	NO_PERMISSION: 3,
	STATE_DIR_UNUSABLE: 3,
	PLACE_UNUSABLE: 3,
	SERVICE_STILL_ACTIVE: 3,
	EMERGENCY_NOT_REACHED: 3,
	DISK_NOT_FREED: 3,
	DESTINATION_UNREACHABLE: 3,
	KEY_UNUSABLE: 3,

	// Failed after the first write: do not release the device.
	DEVICE_CHANGED: 4,
	ERASER_FAILED: 4,
	WRITE_FAILED: 4,
	WRITE_INCOMPLETE: 4,
	SYNC_FAILED: 4,
	STALLED: 4,
	NOT_ZERO: 4,
	NOT_ERASED: 4,
	UNREADABLE: 4,

	// What should prove that a device may be released does not: do not release it.
	CERTIFICATE_MISMATCH: 4,

	// Erased and verified; what should have followed did not.
	LOG_NOT_KEPT: 6,
	CERTIFICATE_NOT_ISSUED: 6,
	DELIVERY_FAILED: 6,
	HALT_FAILED: 6,

	INTERRUPTED: 130,
	TERMINATED: 143,
} as const;

export type ErrorCode = keyof typeof exitCodes;

export interface ErrorDetails {
	/** What to do next, in the imperative. */
	readonly hint?: string | undefined;
	readonly cause?: unknown;
}

export class SanitizeError extends Error {
	override readonly name = 'SanitizeError';
	readonly code: ErrorCode;
	readonly hint: string | undefined;

	constructor(code: ErrorCode, message: string, {hint, cause}: ErrorDetails = {}) {
		super(message, cause === undefined ? undefined : {cause});
		this.code = code;
		this.hint = hint;
	}
}

/** The exit code that the contract gives to an error code, before the commit point. */
export const exitCodeOf = (code: ErrorCode): number => exitCodes[code];

/** Any thrown value as a {@link SanitizeError}; what is not one already is a fault of the program. */
export const toSanitizeError = (error: unknown): SanitizeError => {
	if (error instanceof SanitizeError) {
		return error;
	}

	const message = error instanceof Error ? error.message : String(error);
	return new SanitizeError('INTERNAL', message, {
		cause: error,
		hint: 'this is a fault of zeroize itself; read its state as failure and report it with the journal',
	});
};

/** The errno name (`ENOSPC`, `EIO`, …) of a Node system error. */
export const errnoOf = (error: unknown): string | undefined => {
	const code = error instanceof Error && 'code' in error ? error.code : undefined;
	return typeof code === 'string' ? code : undefined;
};
