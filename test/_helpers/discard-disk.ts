import type {ExecutionContext} from 'ava';
import {driveOf} from './drive-facts.ts';
import {type StateDrive, stateDrive} from './state-drive.ts';

export const capableDiscard = driveOf({
	discard: {maxBytes: 4 * 1024 ** 2, granularityBytes: 512, secure: true},
});

/** A loop device full of random data that says that it is a virtio disk with a secure discard; real but for that. */
export const discardDisk = async (
	t: ExecutionContext,
	behaviour: {readonly fails?: 'hang' | 'lies'} = {},
): Promise<StateDrive> =>
	stateDrive(t, {
		fakes: {blkdiscard: 'secure-blkdiscard'},
		files: {fails: 'nothing', ...behaviour},
		facts: {transport: 'virtio', drive: capableDiscard},
	});
