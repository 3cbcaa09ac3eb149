import {SanitizeError} from '../../errors.ts';
import type {Tools} from '../../process.ts';
import type {EraseResult} from '../eraser.ts';
import {once} from '../tool/once.ts';

const timeoutMs = 10_000;

// `sg_sanitize: version: 1.15 20201223`, on standard error.
const pattern = /^sg_sanitize: version: (\d.*\S)/m;

// Older releases lack --zero.
const options = ['--crypto', '--block', '--overwrite', '--zero', '--count', '--early', '--quick'];

const tryOut = async (tools: Tools, signal: AbortSignal): Promise<EraseResult['tool']> => {
	const ask = async (option: string) => {
		const {stdout, stderr} = await tools.run('sg_sanitize', [option], {timeoutMs, signal});
		return stdout + stderr;
	};
	const version = pattern.exec(await ask('--version'))?.[1];
	const words = new Set((await ask('--help')).split(/[\s,=[\]|]+/));
	const missing = options.filter(option => !words.has(option));
	if (version === undefined || missing.length > 0) {
		throw new SanitizeError(
			'UNSUPPORTED',
			version === undefined
				? 'this sg_sanitize is not that of sg3-utils, and its options are not known'
				: `this sg_sanitize (${version}) does not know ${missing.join(', ')}`,
			{
				hint: 'install sg3-utils (apt-get install sg3-utils), or use another eraser: zeroize erasers',
			},
		);
	}

	return {name: 'sg_sanitize (sg3-utils)', version};
};

/**
Makes sure, before anything is written, that sg_sanitize is the one whose options we know.
@throws SanitizeError UNSUPPORTED, TOOL_MISSING, TOOL_FAILED, INTERRUPTED.
*/
export const requireSgSanitize = once(tryOut);
