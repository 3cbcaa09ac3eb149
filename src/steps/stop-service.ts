import {setTimeout as sleep} from 'node:timers/promises';
import * as v from 'valibot';
import {durationMs} from '../duration.ts';
import {SanitizeError, toSanitizeError} from '../errors.ts';
import {commandLine, stateCommand, stopCommand} from '../hosts/commands.ts';
import type {Host} from '../hosts/host.ts';
import {defineRunStep, type StepContext} from './step.ts';

const pollMs = 500;

const logLines = 10;

// `failed` and `inactive` have no process left; everything else may still write.
const stoppedStates = new Set(['inactive', 'failed']);

const options = {
	unit: v.optional(
		v.pipe(
			v.string(),
			v.regex(/^[A-Za-z0-9_.@:][A-Za-z0-9_.@:\\-]*$/, 'a systemd unit name, such as 128T'),
			v.description('systemd unit to stop'),
		),
		'128T',
	),
	timeout: v.optional(v.pipe(durationMs, v.description('how long it may take to stop')), '90s'),
};

export default defineRunStep({
	name: 'stop-service',
	summary: 'stop a systemd service and prove that it has stopped',
	phase: 'prepare',
	scope: 'run',
	options,
	tools: (_options, {host}) => (host === 'system' ? ['systemctl', 'journalctl'] : []),
	plan: ({unit}) => ({
		title: `stop the ${unit} service`,
		commands: [commandLine(stopCommand(unit)), commandLine(stateCommand(unit))],
	}),
	async run({unit, timeout}, context) {
		const {host} = context;
		if ((await host.serviceState(unit)) === 'not-found') {
			return {skipped: `${unit} is not installed on this machine`};
		}

		const deadline = performance.now() + timeout;
		await stop(unit, timeout, context);
		await waitUntilStopped(unit, deadline, context);
		return {};
	},
});

const stop = async (unit: string, timeoutMs: number, {host, signal}: StepContext): Promise<void> => {
	try {
		await host.stopService(unit, {timeoutMs, signal});
	} catch (error) {
		const {code, message, hint} = toSanitizeError(error);
		throw new SanitizeError(code, `stopping ${unit}: ${message}${await lastLines(unit, host)}`, {
			hint: hint ?? `see why with: systemctl status ${unit}`,
			cause: error,
		});
	}
};

const waitUntilStopped = async (
	unit: string,
	deadline: number,
	{host, signal}: StepContext,
): Promise<void> => {
	for (;;) {
		const state = await host.serviceState(unit);
		if (stoppedStates.has(state)) {
			return;
		}

		if (performance.now() >= deadline) {
			const message = `${unit} is still ${state || 'running'} after systemctl stop${await lastLines(unit, host)}`;
			throw new SanitizeError('SERVICE_STILL_ACTIVE', message, {
				hint: `stop it by hand (systemctl kill ${unit}), then start again; nothing was erased`,
			});
		}

		await pause(signal);
	}
};

const pause = async (signal: AbortSignal): Promise<void> => {
	try {
		await sleep(pollMs, undefined, {signal});
	} catch (error) {
		throw new SanitizeError('INTERRUPTED', 'interrupted while waiting for the service to stop', {
			cause: error,
		});
	}
};

const lastLines = async (unit: string, host: Host): Promise<string> => {
	const lines = await host.serviceLog(unit, logLines);
	return lines.length === 0 ? '' : `; its last log lines:\n${lines.map(line => `  ${line}`).join('\n')}`;
};
