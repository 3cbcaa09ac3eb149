/** One thing that was looked at after a guest had ended. */
export interface Check {
	readonly name: string;
	/** What is wrong; `undefined`: nothing. */
	readonly problem: string | undefined;
}

export interface CaseResult {
	readonly checks: readonly Check[];
	/** Blocks of 4 KiB of the system's disk that are not zero. */
	readonly nonZeroBlocks: number;
	/** From the first typed line of the procedure to power-off. */
	readonly seconds: number;
	/** What the table says beside the figure. */
	readonly note?: string;
}

export const secondsSince = (startedAtMs: number): number =>
	Math.round((performance.now() - startedAtMs) / 1000);

/** A check of a value that must be exactly this. */
export const equal = (name: string, actual: unknown, expected: unknown): Check => ({
	name,
	problem: actual === expected ? undefined : `${String(actual)} instead of ${String(expected)}`,
});
