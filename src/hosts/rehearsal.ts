import {SanitizeError} from '../errors.ts';
import {
	commandLine,
	emergencyCommand,
	haltLine,
	loadStateCommand,
	stateCommand,
	stopCommand,
} from './commands.ts';
import {defineHost, type Host} from './host.ts';

export default defineHost({
	name: 'rehearsal',
	summary: 'nothing: the commands are recorded, word for word, and not run',
	create: () => createRehearsalHost(),
});

/** A host on which everything works and nothing happens: a service that was told to stop has stopped. */
const createRehearsalHost = (): Host => {
	const recorded: string[] = [];
	const stopped = new Set<string>();
	return {
		name: 'rehearsal',
		recorded,
		async stopService(unit) {
			recorded.push(commandLine(stopCommand(unit)));
			stopped.add(unit);
		},
		async serviceState(unit) {
			recorded.push(commandLine(stateCommand(unit)));
			if (!stopped.has(unit)) {
				return 'active';
			}

			recorded.push(commandLine(loadStateCommand(unit)));
			return 'inactive';
		},
		async serviceLog() {
			return [];
		},
		async enterEmergency() {
			recorded.push(commandLine(emergencyCommand));
		},
		async leaveDisk() {
			throw new SanitizeError('UNSUPPORTED', 'a rehearsal cannot leave the disk of the running system', {
				hint: 'rehearse it in a virtual machine: run it there with --host system',
			});
		},
		async leave() {},
		async halt(halt) {
			recorded.push(haltLine(halt));
		},
	};
};
