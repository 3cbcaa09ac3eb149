import type {PlannedDestination} from './destinations/destination.ts';
import type {DeviceFacts} from './devices/device.ts';
import type {Method, Technique} from './erasers/eraser.ts';
import type {ErrorCode} from './errors.ts';
import type {Departure, HostName} from './hosts/host.ts';

/**
When a step happens and what its failure means.

| phase | a failure | later steps |
|---|---|---|
| `prepare` | refuses the run: nothing was written | only `aftercare` marked `always` |
| `purge`, `erase`, `verify` | fails that device, no other | the other devices go on; that device is never certified |
| `aftercare` | outcome `aftercare-failed`; the erase stands | go on, but the machine is not halted |
| `halt` | outcome `aftercare-failed` | – |

The phases of a recipe's steps never go backwards.
*/
export type Phase = 'prepare' | 'purge' | 'erase' | 'verify' | 'aftercare' | 'halt';

/** Somebody who answers for a sanitization; fields of NIST SP 800-88r2 section 4.6. */
export interface Person {
	readonly name: string | null;
	readonly title: string | null;
	readonly date: string | null;
	readonly location: string | null;
	readonly contact: string | null;
}

/** Why a device, or the whole run, may not go ahead. */
export interface Refusal {
	/** The target as typed; absent when the refusal is not about one device. */
	readonly target?: string;
	readonly code: ErrorCode;
	readonly message: string;
	readonly hint: string;
}

export interface PlannedEraser {
	readonly name: string;
	readonly method: Method;
	readonly technique: Technique;
	/** Why this one: asked for, named by the recipe, or chosen by `auto`. */
	readonly reason: string;
	/** The exact command, where another program writes. */
	readonly command?: readonly string[];
	/** What is written, where the eraser has a choice of schemes; `text` is for people. */
	readonly scheme?: {readonly name: string; readonly passes: readonly string[]; readonly text: string};
}

/** Whether a device is read back while it is still written further on. */
export interface PlannedOverlap {
	readonly overlaps: boolean;
	readonly reason: string;
}

export interface PlannedDevice {
	readonly facts: DeviceFacts;
	/** Absent when the recipe erases nothing. */
	readonly eraser?: PlannedEraser;
	/** What the drive does to itself before `eraser` overwrites it; absent where the recipe has no step `purge`, or the drive cannot do it. */
	readonly purge?: PlannedEraser;
	/** Why it is cleared although the recipe would rather purge it, which the recipe allows; absent where that is not so. */
	readonly notPurged?: string;
	/** Absent where it is not erased, or not verified in full afterwards. */
	readonly overlap?: PlannedOverlap;
	/** What could purge it, where it is cleared: absent where that is nothing. */
	readonly purges?: ReadonlyArray<{readonly eraser: string; readonly technique: Technique}>;
	/** Erasers that cannot do it, and why. */
	readonly unsuitable: ReadonlyArray<{readonly eraser: string; readonly reason: string}>;
	/** What must be typed to allow it: the serial number, or the path where there is none. */
	readonly confirmation: string;
	/** What this run cannot reach on this device. */
	readonly notCovered: readonly string[];
	/** What is wrong with the drive and does not stop the run: a plain sentence each. Absent where there is nothing. */
	readonly warnings?: readonly string[];
}

export interface PlannedStep {
	readonly step: string;
	readonly title: string;
	readonly scope: 'run' | 'device';
	readonly phase: Phase;
	readonly options: Readonly<Record<string, unknown>>;
	/** Known before the start: the step will be skipped, and why. */
	readonly skip?: string;
	/** What will be run, word for word, as far as it is known before the start. */
	readonly commands: readonly string[];
	/** Programs of the system that it needs. */
	readonly tools: readonly string[];
}

/** What the certificate says that only the operator knows. */
export interface CertificateDetails {
	readonly assetTag: string | null;
	readonly mediaSource: string | null;
	readonly performedBy: Person;
	readonly validatedBy: Person;
	/** What the auditor wants to find in it, so that no older one can be shown. */
	readonly nonce?: string;
}

/** The key that a run signs its certificates and its journal with. */
export interface PlannedKey {
	/** Absolute path of the key file. */
	readonly file: string;
	/** JWK thumbprint (RFC 7638). */
	readonly keyId: string;
}

/**
What a run will do, decided before anything is touched. Plain, frozen JSON: it is printed by `plan`, stands in the journal as `run.planned`, and together with the journal it *is* the run.
*/
export interface Plan {
	readonly runId: string;
	readonly tool: {readonly name: 'zeroize'; readonly version: string};
	readonly recipe: {readonly name: string; readonly title: string; readonly source?: string};
	readonly host: HostName;
	/** The machine that the devices are in. */
	readonly hostname: string;
	readonly devices: readonly PlannedDevice[];
	/** No more devices than this are worked on at a time; the others wait for their turn. Not in the first journals. */
	readonly atOnce?: number;
	readonly steps: readonly PlannedStep[];
	/** Where the journal and log live during the run; `null` for a look that keeps none. */
	readonly stateDir: string | null;
	/** Where they end up. */
	readonly logDir: string;
	/** Set when the log cannot be kept in `logDir` because that place is being erased. */
	readonly logRefused: string | null;
	/** Where the records are delivered to, besides. */
	readonly destinations: readonly PlannedDestination[];
	/** Also write the certificate here. */
	readonly certificateFile: string | null;
	readonly certificate: CertificateDetails;
	/** Absent where nothing is signed. */
	readonly signing?: PlannedKey;
	/** Set when the run leaves the disk that the system runs from. */
	readonly departure: Departure | null;
	/** Programs of the system that the run will need. */
	readonly tools: readonly string[];
	/** When not empty the run does not start. */
	readonly refusals: readonly Refusal[];
}
