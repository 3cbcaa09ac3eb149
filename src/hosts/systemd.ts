import {constants} from 'node:fs';
import {open} from 'node:fs/promises';
import path from 'node:path';
import type {DeviceSurroundings} from '../devices/device.ts';
import {errnoOf, SanitizeError, toSanitizeError} from '../errors.ts';
import {
	type Command,
	commandLine,
	emergencyCommand,
	forcedHaltCommand,
	haltLine,
	loadStateCommand,
	logCommand,
	stateCommand,
	stopCommand,
	sysrqKey,
	sysrqTrigger,
	systemHaltCommand,
} from './commands.ts';
import {defineHost, type Halt, type Host} from './host.ts';

// A question to systemd is answered at once or not at all.
const questionTimeoutMs = 15_000;

const emergencyTimeoutMs = 120_000;

export default defineHost({
	name: 'system',
	summary: 'this machine, through systemd',
	create: surroundings => createSystemdHost(surroundings),
});

const createSystemdHost = ({tools, root}: DeviceSurroundings): Host => {
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
		async enterEmergency() {
			await run(emergencyCommand, {timeoutMs: emergencyTimeoutMs});
		},
		async halt(halt) {
			recorded.push(haltLine(halt));
			await haltSystem(halt, {tools, root});
		},
	};
};

const haltSystem = async (halt: Halt, {tools, root}: DeviceSurroundings): Promise<void> => {
	try {
		const isSent = halt.by === 'sysrq' && (await sendSysrq(sysrqKey(halt.how), root));
		if (!isSent) {
			const [tool, ...args] = halt.by === 'sysrq' ? forcedHaltCommand(halt.how) : systemHaltCommand(halt.how);
			await tools.run(tool, args, {timeoutMs: questionTimeoutMs});
		}
	} catch (error) {
		const {message} = toSanitizeError(error);
		throw new SanitizeError('HALT_FAILED', `ending the machine (${halt.how}): ${message}`, {
			hint: 'switch it off by hand; the run itself is complete',
			cause: error,
		});
	}
};

/** False where the kernel has no SysRq. The file is always open to root, whatever kernel.sysrq says. */
const sendSysrq = async (key: string, root: string): Promise<boolean> => {
	try {
		const trigger = await open(path.join(root, sysrqTrigger), constants.O_WRONLY);
		await trigger.write(key);
		await trigger.close();
		return true;
	} catch (error) {
		if (errnoOf(error) === 'ENOENT') {
			return false;
		}

		throw error;
	}
};
