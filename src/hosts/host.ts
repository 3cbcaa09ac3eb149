import type {DeviceSurroundings} from '../devices/device.ts';

export type HostName = 'system' | 'rehearsal';

/** A request for the machine to end, carried up to the entry; nothing deeper acts on it. */
export interface Halt {
	readonly how: 'poweroff' | 'reboot';
	/** `sysrq` writes to /proc/sysrq-trigger, without sync and without unmounting; `system` asks the init system. */
	readonly by: 'sysrq' | 'system';
}

/** ActiveState as `systemctl is-active` prints it, or `not-found` for a unit that is not installed. */
export type ServiceState = string;

/**
The machine around the device: services, emergency mode, power. One file in `src/hosts/` for each kind.

INVARIANTS
- Every command is an argv array with a tool's name; there is no shell.
- `recorded` lists the commands in the order in which they were run (system) or would have been run (rehearsal), word for word the same for both.
- `halt` is called by the entry alone, after everything is flushed.
*/
export interface Host {
	readonly name: HostName;
	readonly recorded: readonly string[];

	/**
	`systemctl stop UNIT`; resolves when systemctl ends. Proves nothing: ask {@link serviceState}.
	@throws SanitizeError TOOL_FAILED, INTERRUPTED.
	*/
	stopService(unit: string, options: {timeoutMs: number; signal: AbortSignal}): Promise<void>;

	/** `systemctl is-active UNIT`. */
	serviceState(unit: string): Promise<ServiceState>;

	/** The unit's last log lines, newest last: `journalctl --unit UNIT --lines N`. Never throws: an unreadable log is an empty one. */
	serviceLog(unit: string, lines: number): Promise<readonly string[]>;

	/**
	`systemctl emergency`: isolates emergency.target.
	@throws SanitizeError TOOL_FAILED.
	*/
	enterEmergency(): Promise<void>;

	/**
	Ends the machine. On success the system host does not return for long.
	@throws SanitizeError HALT_FAILED.
	*/
	halt(halt: Halt): Promise<void>;
}

/** One kind of machine to run on: one file in `src/hosts/`, one default export made with {@link defineHost}. */
export interface HostDefinition {
	readonly name: HostName;
	readonly summary: string;
	/** A host is made for one run: its record starts empty. */
	create(surroundings: DeviceSurroundings): Host;
}

export const defineHost = (host: HostDefinition): HostDefinition => host;
