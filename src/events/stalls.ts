interface Stall {
	readonly step: string;
	readonly device: string;
	/** How long it has lasted. */
	readonly seconds: number;
}

/** The events of a device that makes no progress, or next to none. */
export type StallEventBody =
	| ({
			/** When it is seen, and whenever it has lasted twice as long. */
			readonly type: 'step.stalled';
			readonly bytes: number;
			readonly totalBytes: number;
			/** Since the stall began; 0 for not one byte. */
			readonly bytesPerSecond: number;
			/** What the kernel says against the device; `null` when it says nothing. */
			readonly cause: string | null;
			/** Until the step is given up, unless the device answers meanwhile; 0 when it is given up now. */
			readonly giveUpSeconds: number;
			/** It answers, but that gets nothing further: errors, as a rule. */
			readonly answers?: boolean;
	  } & Stall)
	| ({readonly type: 'step.recovered'} & Stall);
