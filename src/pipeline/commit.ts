import type {Device} from '../devices/device.ts';
import {requireUnused} from '../devices/identity.ts';
import {inspectUnused} from '../devices/unused.ts';
import {SanitizeError} from '../errors.ts';
import type {Records} from '../steps/step.ts';
import type {Lane, RunSurroundings} from './step-runner.ts';

/** The commit point. The journal's line is on disk before this resolves: records write it while the event is emitted. */
export const commit = async (
	device: Device,
	{planned, clearance}: Pick<Lane, 'planned' | 'clearance'>,
	{events, signal, records}: Pick<RunSurroundings, 'events' | 'signal' | 'records'>,
): Promise<void> => {
	signal.throwIfAborted();
	if (!clearance) {
		throw new SanitizeError('NOT_CONFIRMED', `there is no permission to erase ${planned.facts.path}`, {
			hint: 'this recipe was planned without erasing',
		});
	}

	const facts = await inspectUnused(async () => device.inspect());
	requireUnused(facts, 'DEVICE_BUSY');
	// It may have taken so long that nobody waits for it any more.
	signal.throwIfAborted();
	if (clearance.spend(facts)) {
		events.emit({type: 'run.committed', device: {...facts, path: planned.facts.path}});
	}

	requireCommitOnRecord(planned.facts.path, records);
};

// A write that the records do not know of could end as "not one byte was written".
const requireCommitOnRecord = (path: string, records: Records): void => {
	const isOnRecord = records
		.report()
		.devices.some(device => device.planned.facts.path === path && device.committedAt !== null);
	if (!isOnRecord) {
		throw new SanitizeError('INTERNAL', `the commit of ${path} did not reach the records`);
	}
};
