import {rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import type {DeviceSurroundings} from '../../devices/device.ts';
import {fileError, makeDirectories} from '../../files.ts';

const timeoutMs = 30_000;

const dropIn = 'run/systemd/system/emergency.service.d/50-zeroize.conf';

/**
Lets emergency mode wait instead of asking for the root password. That prompt would share the console with the run, and leaving it, with Control-D or because root has no password, starts the whole system again.
@throws SanitizeError TOOL_MISSING, TOOL_FAILED, PLACE_UNUSABLE.
*/
export const withholdShell = async ({tools, root}: DeviceSurroundings): Promise<void> => {
	const sleep = await tools.find('sleep');
	const file = path.join(root, dropIn);
	try {
		await makeDirectories(path.dirname(file));
		await writeFile(file, `[Service]\nExecStartPre=\nExecStart=\nExecStart=${sleep} infinity\n`, {
			mode: 0o644,
		});
	} catch (error) {
		throw fileError(`writing ${file}`, error);
	}

	await tools.run('systemctl', ['daemon-reload'], {timeoutMs});
};

/** Gives the operator of a machine in emergency mode its prompt back; where it was not withheld, nothing happens. */
export const giveShellBack = async ({tools, root}: DeviceSurroundings): Promise<void> => {
	const file = path.join(root, dropIn);
	const isWithheld = await rm(file).then(
		() => true,
		() => false,
	);
	if (isWithheld) {
		await tools.run('systemctl', ['daemon-reload'], {timeoutMs});
		await tools.run('systemctl', ['try-restart', '--no-block', 'emergency.service'], {timeoutMs});
	}
};
