import {SanitizeError} from '../../errors.ts';
import type {Tools} from '../../process.ts';
import type {EraseResult} from '../eraser.ts';
import {once} from '../tool/once.ts';

const timeoutMs = 10_000;

// Its only version is the last line of its help: `0.1`.
const version = /^(?:mmc\S* )?(?:version )?v?(\d[\w.+~-]*)\s*$/m;

// Older releases lack the second.
const commands = [
	'mmc sanitize <device>',
	'mmc erase <type> <start address> <end address> <device>',
	'mmc writeprotect user get <device>',
];

const tryOut = async (tools: Tools, signal: AbortSignal): Promise<EraseResult['tool']> => {
	const {stdout, stderr} = await tools.run('mmc', ['help'], {timeoutMs, signal});
	const help = stdout + stderr;
	const missing = commands.filter(command => !help.includes(command));
	if (missing.length > 0) {
		throw new SanitizeError('UNSUPPORTED', `this mmc does not know "${missing.join('", "')}"`, {
			hint: 'install mmc-utils of 2022 or newer (apt-get install mmc-utils), or use another eraser: zeroize erasers',
		});
	}

	return {name: 'mmc (mmc-utils)', version: version.exec(help)?.[1] ?? 'unknown'};
};

/**
Makes sure, before anything is written, that mmc is the one of mmc-utils and can erase.
@throws SanitizeError UNSUPPORTED, TOOL_MISSING, TOOL_FAILED, INTERRUPTED.
*/
export const requireMmc = once(tryOut);
