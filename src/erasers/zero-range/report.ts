import type {ByteRange} from '../../devices/device.ts';

/** What blkdiscard said. */
export interface ZeroReport {
	/** Bytes from the start of its range that it says it zeroed, without a gap. */
	readonly bytes: number;
	/** Its complaints, and whatever is not understood. */
	readonly messages: readonly string[];
}

const zeroed = /: Zero-filled (\d+) bytes from the offset (\d+)$/;
const forced = 'blkdiscard: Operation forced, data will be lost!';

const mostMessages = 64;
const longestLine = 4096;

/**
Reads all that blkdiscard of util-linux 2.28 or newer writes under LC_ALL=C with --zeroout --verbose, standard output and error together.

```
blkdiscard: Operation forced, data will be lost!                             --force, 2.36 or newer
/dev/sda: Zero-filled 20971520 bytes from the offset 0                       --step: at most one a second, printed when it ends
/dev/sda: Zero-filled 4194304 bytes from the offset 20971520                 what came since, at the end; none for 0 bytes
blkdiscard: /dev/sda: BLKZEROOUT ioctl failed: Input/output error            instead of that
```
*/
export const readReport = (text: string, {offset}: ByteRange): ZeroReport => {
	const messages: string[] = [];
	let bytes = 0;
	for (const line of text.split('\n').filter(line => line !== '' && line !== forced)) {
		const [count, from] = (zeroed.exec(line) ?? []).slice(1).map(Number);
		if (count !== undefined && from === offset + bytes && Number.isSafeInteger(from + count)) {
			bytes += count;
		} else if (messages.length < mostMessages) {
			messages.push(line.slice(0, longestLine));
		}
	}

	return {bytes, messages};
};
