import {setTimeout as delay} from 'node:timers/promises';
import {SanitizeError} from '../errors.ts';

const patienceMs = 1000;
const pollMs = 50;

/**
What to say when reads, writes and other requests to the kernel are not answered, also after a moment: Node waits for its threads before it ends, and the kernel would keep the process in any case, also a killed one.
*/
export const findHeldRequests = async (
	{getActiveResourcesInfo, pid}: Pick<NodeJS.Process, 'getActiveResourcesInfo' | 'pid'>,
	exitCode: number,
): Promise<SanitizeError | undefined> => {
	const count = () => getActiveResourcesInfo().filter(name => name.startsWith('FSReq')).length;
	for (let waitedMs = 0; count() > 0 && waitedMs < patienceMs; waitedMs += pollMs) {
		await delay(pollMs);
	}

	const held = count();
	const requests = `${held} ${held === 1 ? 'request' : 'requests'}`;
	return held === 0
		? undefined
		: new SanitizeError(
				'STALLED',
				`the kernel holds this process (${pid}) in ${requests} that a device does not answer`,
				{
					hint: `nothing more is done; it ends by itself, with exit code ${exitCode}, when the device answers or is taken out; kill -9 may not end it before`,
				},
			);
};
