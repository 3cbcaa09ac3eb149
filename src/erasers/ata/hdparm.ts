import {SanitizeError} from '../../errors.ts';
import type {Tools} from '../../process.ts';
import type {EraseResult} from '../eraser.ts';

const timeoutMs = 10_000;

// `hdparm v9.65`; busybox has an hdparm without these commands.
const pattern = /^hdparm v(\d+)\.(\d+)\b/m;

/** 9.63 is the first that can be told how many passes an overwrite has: without that the drive makes 16. */
const oldest = {major: 9, minor: 63};

/**
Makes sure, before anything is written, that hdparm has the commands that are given to it.
@throws SanitizeError UNSUPPORTED, TOOL_MISSING, TOOL_FAILED, INTERRUPTED.
*/
export const requireHdparm = async (tools: Tools, signal: AbortSignal): Promise<EraseResult['tool']> => {
	const {stdout} = await tools.run('hdparm', ['-V'], {timeoutMs, signal});
	const [, major, minor] = pattern.exec(stdout)?.map(Number) ?? [];
	if (major === undefined || minor === undefined || isOlder(major, minor)) {
		const what =
			major === undefined ? 'this hdparm is not the one whose options are known' : 'hdparm is too old';
		throw new SanitizeError('UNSUPPORTED', `${what}: 9.63 or newer is needed`, {
			hint: 'install hdparm (apt-get install hdparm), or use another eraser: zeroize erasers',
		});
	}

	return {name: 'hdparm', version: `${major}.${minor}`};
};

const isOlder = (major: number, minor: number): boolean =>
	major < oldest.major || (major === oldest.major && minor < oldest.minor);
