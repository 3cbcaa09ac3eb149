import {SanitizeError} from '../../errors.ts';
import type {Tools} from '../../process.ts';
import type {EraseResult} from '../eraser.ts';
import {once} from '../tool/once.ts';

const timeoutMs = 10_000;

const utilLinux = /^blkdiscard from util-linux (\S+)/;

// --zeroout came with 2.28, --force with 2.36.
const options = ['--zeroout', '--offset', '--length', '--step', '--verbose', '--force'];

const hint = 'install util-linux 2.36 or newer (apt-get install util-linux), or use the eraser direct';

const tryOut = async (tools: Tools, signal: AbortSignal): Promise<EraseResult['tool']> => {
	const ask = async (option: string) =>
		(await tools.run('blkdiscard', [option], {accept: [0, 1], timeoutMs, signal})).stdout;
	const version = utilLinux.exec(await ask('--version'))?.[1];
	if (version === undefined) {
		throw new SanitizeError(
			'UNSUPPORTED',
			'this blkdiscard is not that of util-linux, and how it would say what it zeroed is not known',
			{hint},
		);
	}

	const words = new Set((await ask('--help')).split(/[\s,=[]+/));
	const missing = options.filter(option => !words.has(option));
	if (missing.length > 0) {
		const message = `this blkdiscard (util-linux ${version}) does not know ${missing.join(', ')}`;
		throw new SanitizeError('UNSUPPORTED', message, {hint});
	}

	return {name: 'blkdiscard (util-linux)', version};
};

/**
Makes sure, before anything is written, that blkdiscard is the one whose words we know, and can do what it will be asked for.
@throws SanitizeError UNSUPPORTED, TOOL_MISSING, TOOL_FAILED, INTERRUPTED.
*/
export const requireBlkdiscard = once(tryOut);
