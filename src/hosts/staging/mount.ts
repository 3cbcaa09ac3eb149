import {chmod, mkdir} from 'node:fs/promises';
import {fileError} from '../../files.ts';
import type {Tools} from '../../process.ts';

const timeoutMs = 30_000;

/**
Mounts an empty tmpfs of `bytes` over whatever is at `directory`, which is made if need be. One of its own, because /run is small and often noexec; and what lies below stays out of sight: dracut's own `shutdown`, and the `.need_shutdown` without which dracut does not unpack its initramfs there.
@throws SanitizeError TOOL_MISSING, TOOL_FAILED, NO_PERMISSION, PLACE_UNUSABLE.
*/
export const mountStage = async (tools: Tools, directory: string, bytes: number): Promise<void> => {
	try {
		await mkdir(directory, {recursive: true});
	} catch (error) {
		throw fileError(`making ${directory}`, error);
	}

	const options = `size=${bytes},mode=0755,nosuid,exec`;
	await tools.run('mount', ['-t', 'tmpfs', '-o', options, 'zeroize', directory], {timeoutMs});
	await chmod(directory, 0o755);
};

/**
Gives the memory back, with all that was staged; what was there before is seen again.
@throws SanitizeError TOOL_MISSING, TOOL_FAILED when something there is still in use.
*/
export const unmountStage = async (tools: Tools, directory: string): Promise<void> => {
	await tools.run('umount', [directory], {timeoutMs});
};
