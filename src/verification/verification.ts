import type {Content, LeftContent} from '../content.ts';
import type {RangeList} from '../ranges.ts';

export interface VerifySettings {
	readonly coverage: 'full' | 'sampled';
	/** Part of the device that `sampled` reads, over 0 to 100. */
	readonly percent: number;
	/** Start of the pseudo-random choice of samples: 32 hexadecimal digits; recorded so that an auditor can repeat it. */
	readonly seed: string;
}

/** What was read back, and what was found. */
export interface Verification {
	readonly coverage: 'full' | 'sampled';
	/** Bytes read and compared, as a part of the device's size, 0 to 100. */
	readonly percent: number;
	/** What was looked for; absent where it was zeros. */
	readonly expected?: LeftContent;
	/** What stands in all of the device, where that is one byte again and again; only for a device that was read in full, and where that was left to its drive. */
	readonly found?: Content;
	/** `failed`: something was not zero, or not as expected, or could not be read. There is no "incomplete" result: that is an error. */
	readonly result: 'passed' | 'failed';
	/** Bytes that were read and compared. */
	readonly verifiedBytes: number;
	/** What is not zero; with `expected`, what differs from it; where that is `drive-defined`, what is there still of the canary. */
	readonly nonZero: RangeList;
	readonly unreadable: RangeList;
	/** False when the page cache may have answered: the file system underneath refuses O_DIRECT. */
	readonly isDirect: boolean;
	/** Only for `sampled`. */
	readonly sampling?: {
		readonly seed: string;
		readonly sections: number;
		readonly samplesPerSection: number;
		/** Probability, 0 to 1, that one leftover logical sector at a random place would have been read. */
		readonly detectionProbability: number;
		/** The same for 100 leftover sectors at independent random places: 1 - (1 - p)^100. */
		readonly detectionProbabilityOf100Sectors: number;
	};
}
