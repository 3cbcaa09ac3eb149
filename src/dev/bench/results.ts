import type {Contestant} from './contestants.ts';

export type Medium = 'tmpfs' | 'disk';

/** One run of one contestant; of several processes at once where there are several devices. Seconds, bytes. */
export interface Run {
	/** From the start of the first process to the end of the last one. */
	readonly seconds: number;
	/** What the events say that the step took; of several devices from the first start to the last end. `null` for others. */
	readonly eraseSeconds: number | null;
	readonly verifySeconds: number | null;
	/** fio's own figure, without its start; `null` for others, and for several at once. */
	readonly bytesPerSecond: number | null;
	/** From the start of the process until it said `run.committed`; `null` for others. */
	readonly committedSeconds: number | null;
	/** From the start of the process until the kernel counted the first sector; measured only for the start. */
	readonly firstSectorSeconds: number | null;
	/** User and system time of the processes and their children. What the kernel does for them in threads of its own is not in it. */
	readonly cpuSeconds: number;
	/** Time that all cores of the machine were busy, whoever kept them so. */
	readonly machineCpuSeconds: number;
	/** Largest resident set of a process; of several processes their sum. */
	readonly maxRssBytes: number;
	/** BLKZEROOUT was handed to the device; `false`: the kernel wrote pages of zeros. `null` for those that do not use it. */
	readonly isOffloaded: boolean | null;
	/** What went wrong: an exit code, or a byte that is not zero. */
	readonly failure: string | null;
}

export interface Series {
	readonly name: string;
	readonly kind: Contestant['kind'];
	readonly does: Contestant['does'];
	readonly command: string;
	readonly runs: readonly Run[];
}

export interface Group {
	readonly medium: Medium;
	/** Of one device. */
	readonly bytes: number;
	readonly devices: number;
	readonly series: readonly Series[];
}

export interface FioChoice {
	readonly medium: Medium;
	readonly direction: 'write' | 'read';
	readonly blockBytes: number;
	readonly depth: number;
	readonly bytesPerSecond: number;
	readonly tried: ReadonlyArray<{
		readonly blockBytes: number;
		readonly depth: number;
		readonly bytesPerSecond: number;
	}>;
}

export interface KernelFigure {
	readonly what: string;
	readonly of: 'comparison' | 'memory';
	readonly workingSetBytes: number;
	/** One figure a repeat, of one core. */
	readonly bytesPerSecond: readonly number[];
}

export interface Start {
	/** The program's file and what it needs were in memory before. */
	readonly isWarm: boolean;
	readonly runs: readonly Run[];
}

export interface Machine {
	readonly cpu: string;
	readonly cores: number;
	readonly memoryBytes: number;
	readonly kernel: string;
	readonly system: string;
	/** One, five and fifteen minutes. */
	readonly loadBefore: readonly number[];
	readonly loadAfter: readonly number[];
	/** The file system under the disk file. */
	readonly disk: string;
}

export interface Results {
	readonly format: 1;
	readonly date: string;
	readonly profile: string;
	readonly seconds: number;
	readonly machine: Machine;
	/** By the name of the program. */
	readonly versions: Readonly<Record<string, string>>;
	readonly fio: readonly FioChoice[];
	readonly groups: readonly Group[];
	readonly start: readonly Start[];
	readonly kernel: readonly KernelFigure[];
	readonly leftOut: ReadonlyArray<{readonly what: string; readonly reason: string}>;
}
