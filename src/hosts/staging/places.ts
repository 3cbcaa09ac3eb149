import {readdirSync} from 'node:fs';
import path from 'node:path';

/** Where systemd-shutdown looks for a program to end the machine with, and pivots to: systemd.io/INITRD_INTERFACE, shutdown(8). */
export const stageDirectory = '/run/initramfs';

/** What systemd-shutdown runs there, as PID 1. */
export const stagedShutdown = `${stageDirectory}/shutdown`;

/** Records of the run, as they are found after the pivot. */
const stateDirectory = '/zeroize-state';

export const stagedStateDirectory = `${stageDirectory}${stateDirectory}`;

const keyFile = '/zeroize.key';

/** The key that a run signs with, unlocked: never on a disk. */
export const stagedKey = `${stageDirectory}${keyFile}`;

/** The same, as it is found after the pivot. */
export const keyInRam = (root: string): string => path.join(root, keyFile);

/** The directory of the run that was staged below `root`; `null` where there is none. */
export const findStagedRun = (root: string): string | null => {
	const state = path.join(root, stateDirectory);
	try {
		const [runId] = readdirSync(state);
		return runId === undefined ? null : path.join(state, runId);
	} catch {
		return null;
	}
};
