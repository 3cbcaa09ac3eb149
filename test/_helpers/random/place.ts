import {stat} from 'node:fs/promises';
import {tmpdir} from 'node:os';

/** Each run syncs its journal a dozen times: a disk would take longer for that than for everything else. */
export const placeInMemory = async (): Promise<string> =>
	stat('/dev/shm').then(
		() => '/dev/shm',
		() => tmpdir(),
	);
