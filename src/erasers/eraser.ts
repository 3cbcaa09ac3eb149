import type {Canary} from '../content/canary.ts';
import type {AnnouncedContent, Content} from '../content.ts';
import type {Device, DeviceFacts} from '../devices/device.ts';
import type {ErrorCode} from '../errors.ts';
import type {Tools} from '../process.ts';
import type {RangeList} from '../ranges.ts';
import type {Scheme} from './pattern/scheme.ts';

/** NIST SP 800-88r2 section 3.1. `destroy` is physical and never ours. */
export type Method = 'clear' | 'purge';

export const techniques = ['overwrite', 'block-erase', 'cryptographic-erase'] as const;

/** NIST SP 800-88r2 section 4.6. */
export type Technique = (typeof techniques)[number];

export type Support =
	| {readonly supported: true}
	| {
			readonly supported: false;
			readonly reason: string;
			/** It is for other kinds of devices: not worth a word where another eraser was chosen. */
			readonly isForeign?: boolean;
	  };

export const supported: Support = {supported: true};

export const unsupported = (reason: string): Support => ({supported: false, reason});

export const foreign = (reason: string): Support => ({supported: false, reason, isForeign: true});

export interface EraseContext {
	readonly device: Device;
	readonly tools: Tools;
	readonly signal: AbortSignal;

	/**
	Spends the clearance for this device and makes `run.committed` durable. Must be awaited exactly once, directly before the first write; nothing may be written before it resolves.
	@throws SanitizeError NOT_CONFIRMED, DEVICE_CHANGED: then nothing may be written at all.
	*/
	commit(): Promise<void>;

	/**
	Byte to go on from, a multiple of 1 MiB and less than the device's size: all before it was written, and made durable, by an erase that was interrupted. 0 when there is none. An eraser that cannot go on in the middle starts anew.
	*/
	readonly from: number;

	/** One of the eraser's schemes; absent for an eraser that has none. */
	readonly scheme?: Scheme;

	/** One of the eraser's {@link Eraser.techniques}; absent for an eraser that has no choice. */
	readonly technique?: Technique;

	/** Whether known data is written before a command of the drive's own, and must be gone after it. */
	readonly canary: boolean;

	/** Where the PSID of the drive is, for an eraser that {@link Eraser.needsPsid}; absent where none was given. */
	readonly psidFile?: string;

	/** The command of an erase that was interrupted, where nobody has seen how it ended. */
	readonly announced?: AnnouncedCommand;

	/** Puts on record, before the drive gets it, that a command of its own follows: from here on it may go on without us, also through a loss of power. Durable when this returns. */
	announceCommand(command: AnnouncedCommand): void;

	/** Puts on record what the next pass writes: to be called before its first byte. A key is committed to, not told. */
	announcePass(pass: AnnouncedPass): void;

	/** Says something that the operator should know but that stops nothing: a few times in an erase, not for each of a thousand bad places. */
	warn(warning: {readonly code: ErrorCode; readonly message: string; readonly hint?: string}): void;
}

/** What must be known of a command that a drive carries out by itself, to go on with it later. */
export interface AnnouncedCommand {
	/** What was written before it and read back; absent where nothing was. */
	readonly canary?: Canary;
	/** Is set on the drive for the command, and must not outlive it. On record before it is set: whoever finds the drive locked can take it off. */
	readonly password?: string;
}

/** What a pass is about to write. */
export interface AnnouncedPass {
	/** From 1. */
	readonly pass: number;
	readonly passes: number;
	readonly content: AnnouncedContent;
}

/** A pass that came to its end. */
export interface Pass {
	readonly content: Content;
	/** What the device refused in this pass; absent where it took everything. */
	readonly unwritable?: RangeList;
}

/** How far an erase is. None of it ever decreases. */
export interface ErasePoint {
	/** Bytes of the device that are written so far; those before {@link EraseContext.from} are counted. With several passes: the most that one of them wrote. */
	readonly writtenBytes: number;
	/** The device has accepted every byte before this one; 0 for a technique that has no such place. */
	readonly reachedTo: number;
	/** How much is done of all passes together; absent where there is one pass, of which `writtenBytes` says it. */
	readonly allPasses?: {readonly bytes: number; readonly totalBytes: number};
}

export interface EraseResult {
	/** Bytes that the technique, in its last pass, covered, counted by who wrote them, and those before {@link EraseContext.from}; never derived from the device's size. The one exception is an eraser that leaves `drive-defined`: nobody counts what a drive does by itself, so it is all of it, once the drive says that it has ended. */
	readonly writtenBytes: number;
	/** What the device refused each time it was tried, down to the logical sector. It and `writtenBytes` make up the device. */
	readonly unwritable: RangeList;
	/** The program that wrote, for the certificate: `dd (coreutils) 9.1`. */
	readonly tool: {readonly name: string; readonly version: string};
	/** All passes, in their order; absent for an eraser without schemes. */
	readonly passes?: readonly Pass[];
	/** Was on the device before a command of the drive's own, and is gone. Absent where there was none. */
	readonly canary?: Canary;
}

/**
One technique to make a device hold nothing: one file in `src/erasers/`, one default export made with {@link defineEraser}.

INVARIANTS
- It ends in one of three ways: it returns a result, having seen the end that its tool must reach (for dd: exit code 1 with ENOSPC under LC_ALL=C); it throws a {@link SanitizeError}; or, once `signal` is aborted, it stops its tool, waits until nothing of it can write any more, and throws INTERRUPTED.
- It never decides that a device is sanitized. The step compares `writtenBytes` with the size captured at the start, syncs, and looks at the device again.
- It never falls back to another technique. Who may fall back is the recipe, on UNSUPPORTED alone.
- It never reports more bytes than were accepted by the device.
- A command that it gives to a drive is announced first. It takes no word of the drive for the end of it but that it has ended: not that it took the command, and nothing that may be of an earlier one.
- A place that takes no data does not end it: the place is tried again, bounded, and named in `unwritable`, and the rest of the device is erased. It throws WRITE_FAILED when there is no place to name: the device may not be written to, or takes nothing any more.
*/
export interface Eraser {
	readonly name: string;
	/** One line for `zeroize erasers`. */
	readonly summary: string;
	readonly method: Method;
	/** What it is on a device with these facts; absent where that is {@link Eraser.method} on all. Pure. */
	methodOn?(facts: DeviceFacts): Method;
	/** The one that it has, or the first of all that it may have. */
	readonly technique: Technique;
	/** What verification must find afterwards; `last-pass`: the content of the last of {@link EraseResult.passes}; `drive-defined`: anything that can be read, for the drive erases by itself. */
	readonly leaves: 'zeros' | 'last-pass' | 'drive-defined';
	/** Overwrite schemes that can be asked for, the default first; absent where there is nothing to choose. */
	readonly schemes?: readonly Scheme[];
	/** Whether it writes each byte once, from the first to the last, so that what lies behind it may be read back meanwhile; absent for no. */
	readonly writesInOrder?: boolean;
	/** Whether it also reaches what the host cannot address, such as areas that are hidden; absent for no. Of those that purge. */
	readonly reachesHidden?: boolean;
	/** What it may leave behind, besides what no overwrite reaches where it is one: a plain sentence each for plan and certificate; absent when that is nothing. */
	readonly notCovered?: readonly string[];
	/** Whether it needs the PSID that is printed on the drive; absent for no. */
	readonly needsPsid?: boolean;
	/** Programs that must exist before anything is touched. */
	readonly tools: readonly string[];

	/** Whether it can erase a device with these facts, or the reason why not. Pure. */
	supports(facts: DeviceFacts): Support;

	/** What a drive with these facts can do, the best first; absent for an eraser that has one technique. Pure. */
	techniques?(facts: DeviceFacts): readonly Technique[];

	/**
	Proves that its tools can do it, before anything is touched and without writing anywhere; absent when there is nothing to prove.
	@throws SanitizeError UNSUPPORTED, TOOL_MISSING, TOOL_FAILED.
	*/
	probe?(tools: Tools, signal: AbortSignal): Promise<unknown>;

	/** The exact command that will be run on `node`, for the plan; `undefined` when no other program runs. Pure. */
	command(facts: DeviceFacts, node: string, technique?: Technique): readonly string[] | undefined;

	/**
	Makes durable what has been written so far, while it goes on. Absent where this process writes itself: its own fsync does it. A process that waits for a device cannot end, so one that lets another program write lets another program wait, too.
	@throws SanitizeError TOOL_MISSING, TOOL_FAILED, INTERRUPTED.
	*/
	sync?(context: Pick<EraseContext, 'device' | 'tools' | 'signal'>): Promise<unknown>;

	/**
	Erases. Yields how far it is, as often as its source says something: the caller throttles.
	@throws SanitizeError UNSUPPORTED (nothing written), WRITE_FAILED, WRITE_INCOMPLETE, DEVICE_CHANGED, ERASER_FAILED, TOOL_MISSING, INTERRUPTED.
	*/
	erase(context: EraseContext): AsyncGenerator<ErasePoint, EraseResult, undefined>;
}

/** An eraser as it is on a device: its method is the one that it has there. Pure. */
export const eraserOn = (eraser: Eraser, facts: DeviceFacts): Eraser =>
	eraser.methodOn ? {...eraser, method: eraser.methodOn(facts)} : eraser;

export const defineEraser = (eraser: Eraser): Eraser => eraser;
