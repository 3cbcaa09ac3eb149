/** What dd said on its standard error. */
export interface DdReport {
	/** The highest count that it gave, progress or final. */
	readonly bytes: number;
	/** The count of its final report; `undefined` when that never came. */
	readonly finalBytes: number | undefined;
	/** Everything that is neither progress nor count: its complaints. */
	readonly messages: readonly string[];
}

export interface DdReader {
	/** Takes text as it arrives, cut anywhere; returns the bytes written so far. */
	push(text: string): number;
	report(): DdReport;
}

// A count stands at the start of a line alone: GNU dd also writes one straight after an old progress line.
const count = /^(\d+) bytes? /;
// dd's complaints are a few short lines; of anything longer or more the beginning says enough.
const longestLine = 4096;
const mostMessages = 64;

const recordsOut = /^\d+\+\d+ records out$/;
const records = /^\d+(?:\+\d+ records (?:in|out)| truncated records?)$/;

/**
Reads what GNU dd writes under LC_ALL=C with status=progress.

```
\r16777216 bytes (17 MB, 16 MiB) copied, 1 s, 16.3 MB/s\r33554432 bytes (…)…\n   progress: \r comes first
/usr/bin/dd: error writing '/dev/loop0': No space left on device\n
65+0 records in\n
64+0 records out\n
67109376 bytes (67 MB, 64 MiB) copied, 4.11466 s, 16.3 MB/s\n                       final: follows "records out"
```
*/
export const createDdReader = (): DdReader => {
	const messages: string[] = [];
	let pending = '';
	let bytes = 0;
	let finalBytes: number | undefined;
	let isAfterRecords = false;

	const note = (line: string): number | undefined => {
		const counted = countIn(line);
		bytes = Math.max(bytes, counted ?? 0);
		return counted;
	};

	const take = (line: string): void => {
		const counted = note(line);
		if (counted !== undefined) {
			finalBytes = isAfterRecords ? counted : undefined;
		} else if (line !== '' && !records.test(line)) {
			// A count from before a complaint was not the final one: SIGUSR1 asks for one at any time.
			finalBytes = undefined;
			if (messages.length < mostMessages) {
				messages.push(line.slice(0, longestLine));
			}
		}

		isAfterRecords = recordsOut.test(line) || (isAfterRecords && records.test(line));
	};

	return {
		push(text) {
			const lines = (pending + text).split(/[\r\n]/);
			pending = (lines.pop() ?? '').slice(0, longestLine);
			for (const line of lines) {
				take(line);
			}

			// The next progress line may be a second away, and " bytes" proves that no digit is missing.
			note(pending);
			return bytes;
		},
		report: () => ({
			bytes,
			finalBytes,
			messages: pending === '' || countIn(pending) !== undefined ? messages : [...messages, pending],
		}),
	};
};

/** No device has more bytes than can be counted: such a line is a complaint like any other. */
const countIn = (line: string): number | undefined => {
	const counted = Number(count.exec(line)?.[1]);
	return Number.isSafeInteger(counted) ? counted : undefined;
};
