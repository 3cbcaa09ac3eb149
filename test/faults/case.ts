import type {ByteRange} from '../../src/devices/device.ts';
import type {ErrorCode} from '../../src/errors.ts';
import type {Outcome} from '../../src/events/results.ts';
import type {CliEnd} from '../_helpers/cli.ts';
import type {Bench} from './bench/bench.ts';

export type EraserName = 'dd' | 'direct' | 'zero-range';

/** A device to be erased, and what stores its bytes. */
export interface Subject {
	/** As `--device` wants it. */
	readonly target: string;
	/** By default what the target names. */
	readonly confirm?: string;
	/** The file that holds the device's bytes; read without the device. Absent where there is none. */
	readonly store?: string;
	/** The number of the block device, where reads and writes of it are slowed down to so many bytes a second. */
	readonly slow?: {
		readonly number: string;
		readonly readBytes?: number | undefined;
		readonly writeBytes?: number | undefined;
	};
}

/** Something that is done to a subject, to the machine or to us. */
export type Act = (bench: Bench, subject: Subject) => Promise<void>;

/** Where in a run a fault happens: when this has been printed, and so long after it. */
export interface During {
	readonly when: RegExp;
	readonly delayMs?: number;
	readonly act: Act;
}

/** What is left on a device: the ranges that are not zero; `untouched` when every byte is as it was; `some` when that depends on the moment. */
export type Left = 'untouched' | 'some' | 'unknown' | readonly ByteRange[];

export interface Expected {
	/** `none` where not even a run began. */
	readonly outcome: Outcome | 'none';
	readonly exitCode: number;
	/** Of the first failure, or of the refusal. */
	readonly code: ErrorCode | null;
	/** As reported; none by default, `some` where it depends on the moment. */
	readonly unwritable?: readonly ByteRange[] | 'some';
	readonly unreadable?: readonly ByteRange[] | 'some';
	readonly nonZero?: readonly ByteRange[] | 'some';
	/** Read back from what stores the device. */
	readonly left: Left;
	/** Of each device, where there are several. */
	readonly devices?: readonly Outcome[];
	/** What standard error must have; the only proof of the code where no event has it. */
	readonly says?: RegExp;
	/** The reports may be gone with their console and directories. */
	readonly isSilent?: boolean;
}

export interface FaultCase {
	readonly name: string;
	/** How it is made. */
	readonly how: string;
	/** `null` where no eraser gets that far. */
	readonly eraser: EraserName | null;
	subject(bench: Bench): Promise<Subject>;
	/** Done before the run. */
	readonly before?: Act;
	readonly during?: During;
	/** More options of `run`. */
	readonly options?: readonly string[];
	/** Instead of `zeroize run erase` once. */
	run?(bench: Bench, subject: Subject): Promise<CliEnd>;
	readonly expected: Expected;
}

/** The same case for both erasers that write on any device. */
export const withBoth = (make: (eraser: EraserName) => Omit<FaultCase, 'eraser'>): readonly FaultCase[] =>
	(['dd', 'direct'] as const).map(eraser => ({...make(eraser), eraser}));

export const MiB = 1024 ** 2;

/** Sectors of 512 bytes, from this byte on. */
export const sectors = (offset: number, count = 1): ByteRange => ({offset, length: count * 512});

export const sanitized: Expected = {outcome: 'sanitized', exitCode: 0, code: null, left: []};

/** A run that failed after the first write. */
export const failed = (code: Expected['code'], more: Partial<Expected> = {}): Expected => ({
	outcome: 'failed',
	exitCode: 4,
	code,
	left: 'some',
	says: /^hint: /m,
	...more,
});
