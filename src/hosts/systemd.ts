import type {DeviceSurroundings} from '../devices/device.ts';
import {
	type Command,
	commandLine,
	emergencyCommand,
	haltLine,
	loadStateCommand,
	logCommand,
	stateCommand,
	stopCommand,
	systemHaltCommand,
} from './commands.ts';
import {defineHost, type Host} from './host.ts';
import {getReadyInRam, withdraw} from './systemd/departure.ts';
import {withholdShell} from './systemd/emergency-shell.ts';
import {haltSystem} from './systemd/halt.ts';

// A question to systemd is answered at once or not at all.
const questionTimeoutMs = 15_000;

const emergencyTimeoutMs = 120_000;

export default defineHost({
	name: 'system',
	summary: 'this machine, through systemd',
	create: surroundings => createSystemdHost(surroundings),
});

const createSystemdHost = (surroundings: DeviceSurroundings): Host => {
	const {tools, root} = surroundings;
	const recorded: string[] = [];
	const run = (
		command: Command,
		options: {timeoutMs: number; signal?: AbortSignal; accept?: readonly number[]},
	) => {
		recorded.push(commandLine(command));
		const [tool, ...args] = command;
		return tools.run(tool, args, options);
	};

	// Questions are answered through the exit code too, so every code is an answer: only the text counts.
	const ask = async (command: Command): Promise<string> => {
		const accept = Array.from({length: 256}, (_, code) => code);
		const {stdout} = await run(command, {timeoutMs: questionTimeoutMs, accept});
		return stdout.trim();
	};

	return {
		name: 'system',
		recorded,
		async stopService(unit, {timeoutMs, signal}) {
			await run(stopCommand(unit), {timeoutMs, signal});
		},
		async serviceState(unit) {
			const state = await ask(stateCommand(unit));
			// is-active says `inactive` for a unit that does not exist: only LoadState tells.
			const isKnown = state === 'active' || (await ask(loadStateCommand(unit))) !== 'not-found';
			return isKnown ? state : 'not-found';
		},
		async serviceLog(unit, lines) {
			try {
				return (await ask(logCommand(unit, lines))).split('\n').filter(line => line !== '');
			} catch {
				return [];
			}
		},
		async enterEmergency({withoutShell}) {
			if (withoutShell) {
				await withholdShell(surroundings);
			}

			await run(emergencyCommand, {timeoutMs: emergencyTimeoutMs});
		},
		leaveDisk: departure => getReadyInRam(departure, surroundings),
		async leave() {
			// Everything but the kernel ends; systemd-shutdown then runs what was staged, as PID 1. Where it cannot, the machine comes back with its disk as it was: switched off, it would look as if it had been erased.
			try {
				await run(systemHaltCommand('reboot'), {timeoutMs: questionTimeoutMs});
			} catch (error) {
				await withdraw(root);
				throw error;
			}
		},
		async halt(halt) {
			recorded.push(haltLine(halt));
			await haltSystem(halt, {tools, root});
		},
	};
};
