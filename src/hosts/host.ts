import type {DeviceFacts, DeviceSurroundings} from '../devices/device.ts';
import type {NetworkSnapshot} from './network/snapshot.ts';

/** `ram`: the same machine after its disk was left; never asked for, only gone on with. */
export type HostName = 'system' | 'rehearsal' | 'ram';

/** A request for the machine to end, carried up to the entry; nothing deeper acts on it. */
export interface Halt {
	readonly how: 'poweroff' | 'reboot';
	/** `sysrq` writes to /proc/sysrq-trigger, without sync and without unmounting; `system` asks the init system. */
	readonly by: 'sysrq' | 'system';
}

/** How the disk that the system runs from will be left. Plain JSON: it stands in the plan. */
export interface Departure {
	/** The one executable that goes on in RAM. */
	readonly executable: string;
	/** Programs of the system that the rest of the run needs, staged with their libraries. */
	readonly programs: readonly string[];
	/** What is copied into RAM. */
	readonly stageBytes: number;
	/** What must be free: the copy, what the run works with, and its records. */
	readonly neededBytes: number;
	/** What was free when it was planned. */
	readonly availableBytes: number;
	/** Terminals that show the run, as the kernel names them: `ttyS0`. */
	readonly consoles: readonly string[];
	/** The network as it was, to be brought back for the destinations that are behind it; `null` where there is none. */
	readonly network: NetworkSnapshot | null;
}

/** What came of leaving the disk. */
export type Leaving =
	/** All is ready in RAM; {@link Host.leave} makes the machine go there. Until then `undo` takes it back. */
	| {
			readonly isLeft: false;
			readonly stateDir: string;
			/** Where the process in RAM looks for the key that the run signs with. */
			readonly keyFile: string;
			undo(): Promise<void>;
	  }
	/** Nothing of the system is on the disk any more; what was done for that. */
	| {readonly isLeft: true; readonly done: readonly string[]};

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
	`systemctl emergency`: isolates emergency.target. `withoutShell`: nobody is asked for the root password, and nobody who types can start the system again.
	@throws SanitizeError TOOL_FAILED.
	*/
	enterEmergency(options: {readonly withoutShell: boolean}): Promise<void>;

	/**
	Gets everything of the running system off the disks of these devices: first by getting ready in RAM, then, called again by the process that went on there, by unmounting and closing what is left.
	@throws SanitizeError NO_MEMORY, TOOL_FAILED, DISK_NOT_FREED: nothing was written.
	*/
	leaveDisk(departure: Departure, devices: readonly DeviceFacts[]): Promise<Leaving>;

	/**
	Makes the machine go where {@link leaveDisk} got ready: everything but the kernel ends. Called by the entry alone, after everything is flushed.
	@throws SanitizeError TOOL_FAILED.
	*/
	leave(): Promise<void>;

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
