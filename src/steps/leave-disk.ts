import {writeKeyFile} from '../keys/key-file.ts';
import {defineRunStep} from './step.ts';

export default defineRunStep({
	name: 'leave-disk',
	summary: 'go on in RAM, with nothing of the running system left on its disk',
	phase: 'prepare',
	endsPhase: true,
	scope: 'run',
	options: {},
	tools: (_options, {host, devices}) =>
		host === 'system' && devices.some(({facts}) => facts.isSystemDisk)
			? ['systemctl', 'ldd', 'mount', 'umount', 'sleep']
			: [],
	plan(_options, {devices}) {
		const [left] = devices.filter(({facts}) => facts.isSystemDisk);
		return left
			? {title: `leave ${left.facts.path} and go on in RAM`}
			: {title: 'leave the disk', skip: 'no device holds the running system'};
	},
	async run(_options, {host, plan, records, signal, signingKey}) {
		if (!plan.departure) {
			throw new TypeError('a plan with this step says how to do it');
		}

		const leaving = await host.leaveDisk(
			plan.departure,
			plan.devices.map(({facts}) => facts),
		);
		if (leaving.isLeft) {
			return {facts: {done: leaving.done}};
		}

		try {
			// Copying took a while.
			signal.throwIfAborted();
			if (signingKey) {
				await writeKeyFile(leaving.keyFile, signingKey);
			}

			await records.moveTo(leaving.stateDir);
		} catch (error) {
			await leaving.undo();
			throw error;
		}

		return {leave: true};
	},
});
