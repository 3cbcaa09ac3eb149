import {rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import type {DeviceSurroundings} from '../../devices/device.ts';
import {fileError} from '../../files.ts';
import type {Command} from '../commands.ts';

const unitDirectory = 'run/systemd/system';

const timeoutMs = 30_000;

/** The command that tidies up after the unit's program, which may have been killed. */
const giveBack = 'give-shell-back';

/** Name of the unit that carries a run. */
export const runUnitName = (runId: string): string => `zeroize-${runId}.service`;

/**
Starts a program as a unit of its own: emergency mode ends every login, and what was started from it.

Isolating a target stops every unit but those with IgnoreOnIsolate; without DefaultDependencies=no the unit would still go with what it depends on. Both are needed (measured with systemd 252).
@throws SanitizeError TOOL_FAILED, PLACE_UNUSABLE.
*/
export const startRunUnit = async (
	{
		runId,
		command,
		searchPath,
	}: {readonly runId: string; readonly command: Command; readonly searchPath: string},
	{tools, root}: DeviceSurroundings,
): Promise<void> => {
	const name = runUnitName(runId);
	const file = path.join(root, unitDirectory, name);
	try {
		await writeFile(file, unitText(runId, command, searchPath), {flag: 'wx', mode: 0o600});
	} catch (error) {
		throw fileError(`writing ${file}`, error);
	}

	try {
		await tools.run('systemctl', ['daemon-reload'], {timeoutMs});
		await tools.run('systemctl', ['start', name], {timeoutMs});
	} catch (error) {
		await rm(file, {force: true});
		throw error;
	}
};

/** What is left of a unit would start its run anew, without asking. */
export const forgetRunUnit = async (runId: string, root: string): Promise<void> => {
	await rm(path.join(root, unitDirectory, runUnitName(runId)), {force: true});
};

const unitText = (runId: string, command: Command, searchPath: string): string => `[Unit]
Description=zeroize, run ${runId}
DefaultDependencies=no
IgnoreOnIsolate=yes

[Service]
Type=simple
ExecStart=${execution(command)}
ExecStopPost=-${execution([command[0], giveBack, runId])}
Environment=${quote(`PATH=${searchPath}`)}
WorkingDirectory=/
StandardInput=null
StandardOutput=null
StandardError=null
SendSIGHUP=no
OOMScoreAdjust=-1000
`;

/** systemd.service(5), "Command lines": variables are replaced in arguments, but not in the path of the program. */
const execution = ([program, ...args]: Command): string =>
	[quote(program), ...args.map(arg => quote(arg.replaceAll('$', '$$$$')))].join(' ');

/** systemd.syntax(7), "Quoting", and the specifiers that must not be taken for any. */
const quote = (text: string): string =>
	`"${text.replaceAll(/[\\"]/g, String.raw`\$&`).replaceAll('%', '%%')}"`;

/** Whether the unit's program still runs; true as long as systemd does not say otherwise. */
export const isRunUnitActive = async (runId: string, {tools}: DeviceSurroundings): Promise<boolean> => {
	try {
		const command = ['is-active', runUnitName(runId)];
		const {stdout} = await tools.run('systemctl', command, {accept: [0, 1, 2, 3, 4], timeoutMs});
		return !/^(?:inactive|failed|unknown)$/.test(stdout.trim());
	} catch {
		// On its way to emergency mode and out of it, a system may not answer.
		return true;
	}
};

/** Passes Ctrl-C on to the unit's program. */
export const interruptRunUnit = async (runId: string, {tools}: DeviceSurroundings): Promise<void> => {
	await tools.run('systemctl', ['kill', '--signal=SIGINT', runUnitName(runId)], {timeoutMs});
};
