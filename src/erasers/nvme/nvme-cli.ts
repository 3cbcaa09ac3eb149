import {SanitizeError} from '../../errors.ts';
import type {Tools} from '../../process.ts';
import type {EraseResult} from '../eraser.ts';

const timeoutMs = 10_000;

// `nvme version 2.3 (git 2.3)`.
const pattern = /^nvme version (\d\S*)/m;

/**
Makes sure, before anything is written, that nvme is the one of nvme-cli.
@throws SanitizeError UNSUPPORTED, TOOL_MISSING, TOOL_FAILED, INTERRUPTED.
*/
export const requireNvmeCli = async (tools: Tools, signal: AbortSignal): Promise<EraseResult['tool']> => {
	const {stdout} = await tools.run('nvme', ['version'], {timeoutMs, signal});
	const version = pattern.exec(stdout)?.[1];
	if (version === undefined) {
		throw new SanitizeError(
			'UNSUPPORTED',
			'this nvme is not that of nvme-cli, and its options are not known',
			{
				hint: 'install nvme-cli (apt-get install nvme-cli), or use another eraser: zeroize erasers',
			},
		);
	}

	return {name: 'nvme (nvme-cli)', version};
};
