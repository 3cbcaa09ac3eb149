import {setTimeout as delay} from 'node:timers/promises';
import {SanitizeError} from '../errors.ts';

const patienceMs = 1000;
const pollMs = 50;

/** How many reads, writes and other requests to the kernel are not answered, also after a moment. */
export const heldRequests = async ({
	getActiveResourcesInfo,
}: Pick<NodeJS.Process, 'getActiveResourcesInfo'>): Promise<number> => {
	const count = () => getActiveResourcesInfo().filter(name => name.startsWith('FSReq')).length;
	for (let waitedMs = 0; count() > 0 && waitedMs < patienceMs; waitedMs += pollMs) {
		await delay(pollMs);
	}

	return count();
};

export const stillHeld = (
	count: number,
	{pid, exitCode}: {readonly pid: number; readonly exitCode: number},
): SanitizeError =>
	new SanitizeError(
		'STALLED',
		`the kernel holds this process (${pid}) in ${count} ${count === 1 ? 'request' : 'requests'} that the device does not answer`,
		{
			hint: `nothing more is done; it ends by itself, with exit code ${exitCode}, when the device answers or is taken out; kill -9 may not end it before`,
		},
	);
