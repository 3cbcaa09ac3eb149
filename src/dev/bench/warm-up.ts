import {createReadStream} from 'node:fs';
import {finished} from 'node:stream/promises';
import {$, which} from 'zx';

/** Reads a program's file and what it is linked to into memory, because the page cache was dropped. */
export const warmUp = async (program: string): Promise<void> => {
	for (const name of ['time', program]) {
		const stream = createReadStream(await which(name), {highWaterMark: 1024 * 1024});
		stream.resume();
		await finished(stream);
		await $({quiet: true, nothrow: true, timeout: '10s', stdio: 'ignore'})`${name} --version`;
	}
};

// badblocks does not say it; what comes from the same sources does.
const sayers: Readonly<Record<string, readonly string[]>> = {badblocks: ['e2fsck', '-V']};

/** The first number in what it says of its version. */
export const versionOf = async (program: string): Promise<string> => {
	const command = sayers[program] ?? [program, '--version'];
	const {stdout, stderr} = await $({quiet: true, nothrow: true, timeout: '10s'})`${command}`;
	return /\d+(?:\.\d+)+/.exec(`${stdout}\n${stderr}`)?.[0] ?? 'unknown';
};
