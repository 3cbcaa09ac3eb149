import {SanitizeError} from '../../errors.ts';
import type {Tools} from '../../process.ts';
import {shown} from '../../shown.ts';

/** What the kernel says when the device itself is asked. */
export interface Geometry {
	readonly totalBytes: number;
	readonly logicalSectorBytes: number | null;
	readonly physicalSectorBytes: number | null;
	readonly readOnly: boolean | null;
}

/**
@throws SanitizeError DEVICE_EMPTY (no medium), DEVICE_MISSING, NO_PERMISSION, TOOL_MISSING, TOOL_FAILED.
*/
export const readGeometry = async (node: string, tools: Tools): Promise<Geometry> => {
	const args = ['--getsize64', '--getss', '--getpbsz', '--getro', node];
	const {exitCode, stdout, stderr} = await tools.run('blockdev', args, {
		accept: [0, 1],
		timeoutMs: 30_000,
	});
	const [totalBytes, logical, physical, readOnly] = stdout.trim().split('\n').map(toInteger);
	if (exitCode !== 0 || totalBytes === undefined || totalBytes === null) {
		throw toError(node, stderr.trim() || stdout.trim() || 'no size');
	}

	return {
		totalBytes,
		// Nothing has sectors of no bytes.
		logicalSectorBytes: logical || null,
		physicalSectorBytes: physical || null,
		readOnly: typeof readOnly === 'number' ? readOnly !== 0 : null,
	};
};

const toInteger = (line: string): number | null => {
	const value = Number(line);
	return /^\d+$/.test(line) && Number.isSafeInteger(value) ? value : null;
};

const toError = (node: string, reason: string): SanitizeError => {
	const message = `asking ${node} for its size: ${shown(reason)}`;
	if (/Permission denied|Operation not permitted/.test(reason)) {
		return new SanitizeError('NO_PERMISSION', message, {hint: 'run zeroize as root'});
	}

	if (reason.includes('No medium found')) {
		return new SanitizeError('DEVICE_EMPTY', message, {hint: 'insert the medium, then try again'});
	}

	if (/No such (file|device)/.test(reason)) {
		return new SanitizeError('DEVICE_MISSING', message, {hint: 'see zeroize devices for what is here'});
	}

	return new SanitizeError('TOOL_FAILED', message, {hint: `run blockdev --getsize64 ${node} by hand`});
};
