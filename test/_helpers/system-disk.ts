import {runFile} from './cli.ts';

/** The disk behind `/`, asked of others than zeroize. */
export const findSystemDisk = async (): Promise<string> => {
	const {stdout: source} = await runFile('findmnt', ['--noheadings', '--output', 'SOURCE', '/']);
	const {stdout} = await runFile('lsblk', ['-nspo', 'NAME,TYPE', '--raw', source.trim().replace(/\[.*/, '')]);
	const disk = stdout.split('\n').findLast(line => line.endsWith(' disk'));
	if (disk === undefined) {
		throw new Error(`no disk is behind ${source}`);
	}

	return disk.replace(/ disk$/, '');
};
