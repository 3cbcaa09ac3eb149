import {readFile} from 'node:fs/promises';
import os from 'node:os';
import {$} from 'zx';
import type {Machine} from './results.ts';

export const readMachine = async (
	diskDirectory: string,
): Promise<Omit<Machine, 'loadBefore' | 'loadAfter'>> => {
	const {stdout} = await $({quiet: true, timeout: '10s'})`df --output=fstype,source ${diskDirectory}`;
	const [, disk = ''] = stdout.trim().split('\n');
	const release = await readFile('/etc/os-release', 'utf8');
	return {
		cpu: os.cpus()[0]?.model.trim() ?? 'unknown',
		cores: os.availableParallelism(),
		memoryBytes: os.totalmem(),
		kernel: os.release(),
		system: /^PRETTY_NAME="(.*)"$/m.exec(release)?.[1] ?? 'unknown',
		disk: disk.trim().replaceAll(/ +/g, ' on '),
	};
};

/** Bytes that can be had without swapping. */
export const availableMemory = async (): Promise<number> => {
	const text = await readFile('/proc/meminfo', 'utf8');
	return Number(/^MemAvailable: +(\d+) kB$/m.exec(text)?.[1] ?? 0) * 1024;
};
