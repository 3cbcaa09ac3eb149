import {constants} from 'node:fs';
import {open} from 'node:fs/promises';
import path from 'node:path';
import type {DeviceSurroundings} from '../../devices/device.ts';
import {errnoOf, SanitizeError, toSanitizeError} from '../../errors.ts';
import {forcedHaltCommand, sysrqKey, sysrqTrigger, systemHaltCommand} from '../commands.ts';
import type {Halt} from '../host.ts';

const timeoutMs = 15_000;

/**
Ends the machine.
@throws SanitizeError HALT_FAILED.
*/
export const haltSystem = async (halt: Halt, {tools, root}: DeviceSurroundings): Promise<void> => {
	try {
		const isSent = halt.by === 'sysrq' && (await sendSysrq(sysrqKey(halt.how), root));
		if (!isSent) {
			const [tool, ...args] = halt.by === 'sysrq' ? forcedHaltCommand(halt.how) : systemHaltCommand(halt.how);
			await tools.run(tool, args, {timeoutMs: timeoutMs});
		}
	} catch (error) {
		const {message} = toSanitizeError(error);
		throw new SanitizeError('HALT_FAILED', `ending the machine (${halt.how}): ${message}`, {
			hint: 'switch it off by hand; the run itself is complete',
			cause: error,
		});
	}
};

/** False where the kernel has no SysRq. The file is always open to root, whatever kernel.sysrq says. */
const sendSysrq = async (key: string, root: string): Promise<boolean> => {
	try {
		const trigger = await open(path.join(root, sysrqTrigger), constants.O_WRONLY);
		await trigger.write(key);
		await trigger.close();
		return true;
	} catch (error) {
		if (errnoOf(error) === 'ENOENT') {
			return false;
		}

		throw error;
	}
};
