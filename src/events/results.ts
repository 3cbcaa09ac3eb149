import type {Canary} from '../content/canary.ts';
import type {LeftContent} from '../content.ts';
import type {ByteRange} from '../devices/device.ts';
import type {Method, Pass, Technique} from '../erasers/eraser.ts';
import type {RangeList} from '../ranges.ts';
import type {Verification} from '../verification/verification.ts';

/** Outcome of a run or of one device; the contract's table. `verified`: only read, and found to hold nothing but zeros. */
export type Outcome =
	| 'sanitized'
	| 'verified'
	| 'refused'
	| 'failed'
	| 'unverified'
	| 'aftercare-failed'
	| 'interrupted';

/** What a finished step adds to `step.finished`. */
export interface StepFacts {
	readonly method?: Method;
	readonly technique?: Technique;
	readonly eraser?: string;
	readonly tool?: {readonly name: string; readonly version: string};
	readonly writtenBytes?: number;
	/** Name of the overwrite scheme, where the eraser has some. */
	readonly scheme?: string;
	/** The passes of a scheme, with the keys of their streams. */
	readonly passes?: readonly Pass[];
	/** What an erase left wherever it could write; absent where that is zeros by the nature of the eraser. */
	readonly leaves?: LeftContent;
	/** What was written before a drive erased itself, and is gone. */
	readonly canary?: Canary;
	/** What an erase that came to its end could not write: goes into `step.failed`. */
	readonly unwritable?: RangeList;
	readonly verification?: Verification;
	/** Directory that the journal and log were moved to. */
	readonly logDir?: string;
	readonly certificates?: ReadonlyArray<{
		readonly device: string;
		readonly path: string;
		readonly sha256: string;
		/** The certificate itself, to the byte: where nothing is left to write it to, the console and the journal have it. */
		readonly text: string;
	}>;
	/** Destinations that have confirmed, and where the records are there. */
	readonly deliveries?: ReadonlyArray<{readonly to: string; readonly where: string}>;
	/** What was done, a line each, where it was known only then what there was to do. */
	readonly done?: readonly string[];
	/** Commands that were run, or in a rehearsal would have been. */
	readonly commands?: readonly string[];
}

export interface DeviceResult {
	readonly path: string;
	readonly serial: string | null;
	readonly outcome: Outcome;
	readonly totalBytes: number;
	readonly writtenBytes: number;
	readonly verifiedBytes: number;
	readonly unwritable: readonly ByteRange[];
	readonly unreadable: readonly ByteRange[];
	readonly nonZero: readonly ByteRange[];
	/** All ranges that could not be written, listed or not, and their bytes; so with the others. */
	readonly unwritableRanges: number;
	readonly unwritableBytes: number;
	readonly nonZeroRanges: number;
	readonly nonZeroBytes: number;
	readonly unreadableRanges: number;
	readonly unreadableBytes: number;
	/** What the drive did to itself before it was overwritten; absent where that is nothing. */
	readonly purged?: {readonly eraser: string; readonly technique: Technique};
	/** What the device must hold now; absent where that is zeros. `nonZero` is what differs from it. */
	readonly expected?: LeftContent;
}
