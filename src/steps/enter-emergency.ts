import {setTimeout as sleep} from 'node:timers/promises';
import {SanitizeError} from '../errors.ts';
import {commandLine, emergencyCommand, stateCommand} from '../hosts/commands.ts';
import {defineRunStep} from './step.ts';

const target = 'emergency.target';

const attempts = 60;

const pollMs = 500;

export default defineRunStep({
	name: 'enter-emergency',
	summary: 'enter systemd emergency mode and prove that it was reached',
	phase: 'prepare',
	scope: 'run',
	options: {},
	tools: (_options, {host}) => (host === 'system' ? ['systemctl'] : []),
	plan: () => ({
		title: 'enter emergency mode',
		commands: [commandLine(emergencyCommand), commandLine(stateCommand(target))],
	}),
	async run(_options, {host, signal, plan}) {
		// Where the disk is left, the run goes on by itself, and needs no shell.
		await host.enterEmergency({withoutShell: plan.departure !== null});
		for (let attempt = 0; attempt < attempts; attempt += 1) {
			if ((await host.serviceState(target)) === 'active') {
				return {};
			}

			await sleep(pollMs);
			signal.throwIfAborted();
		}

		throw new SanitizeError('EMERGENCY_NOT_REACHED', `${target} is not active after systemctl emergency`, {
			hint: 'look at: systemctl list-jobs; nothing was erased',
		});
	},
});
