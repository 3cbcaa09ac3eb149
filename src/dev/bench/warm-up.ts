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

/** The first line of what it says of its version. */
export const versionOf = async (program: string): Promise<string> => {
	const flag = program === 'badblocks' ? [] : ['--version'];
	const {stdout, stderr} = await $({quiet: true, nothrow: true, timeout: '10s'})`${program} ${flag}`;
	const lines = `${stdout}\n${stderr}`.split('\n').filter(line => line.trim() !== '');
	return lines[0] ?? '';
};
