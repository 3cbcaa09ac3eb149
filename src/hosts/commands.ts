import type {Halt} from './host.ts';

/** The exact commands of the documented procedure: run by the system host, recorded by the rehearsal host. */
export type Command = readonly [tool: string, ...args: string[]];

export const stopCommand = (unit: string): Command => ['systemctl', 'stop', unit];

export const stateCommand = (unit: string): Command => ['systemctl', 'is-active', unit];

export const loadStateCommand = (unit: string): Command => [
	'systemctl',
	'show',
	'--property=LoadState',
	'--value',
	unit,
];

export const logCommand = (unit: string, lines: number): Command => [
	'journalctl',
	'--no-pager',
	'--output=short',
	`--lines=${lines}`,
	`--unit=${unit}`,
];

export const emergencyCommand: Command = ['systemctl', 'emergency'];

export const sysrqTrigger = '/proc/sysrq-trigger';

/** SysRq `o` powers off, `b` reboots: Documentation/admin-guide/sysrq.rst. */
export const sysrqKey = (how: Halt['how']): string => (how === 'poweroff' ? 'o' : 'b');

/** Where the kernel has no SysRq: forced, so that nothing is started or written on the way down. */
export const forcedHaltCommand = (how: Halt['how']): Command => [how, '-f'];

export const systemHaltCommand = (how: Halt['how']): Command => ['systemctl', how];

export const commandLine = (command: readonly string[]): string => command.join(' ');

export const haltLine = ({how, by}: Halt): string =>
	by === 'sysrq' ? `echo ${sysrqKey(how)} > ${sysrqTrigger}` : commandLine(systemHaltCommand(how));
