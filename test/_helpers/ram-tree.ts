import {readdirSync, realpathSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import type {ExecutionContext} from 'ava';
import type {Freeing} from '../../src/hosts/ram/freeing.ts';
import type {Tools} from '../../src/process.ts';
import {temporaryDirectory} from './fake-tools.ts';
import {real, writeTree} from './surroundings.ts';

type Tree = Readonly<Record<string, string>>;

/** A line of mountinfo. */
export const mountLine = (
	id: number,
	deviceNumber: string,
	mountPoint: string,
	fileSystem: string,
	source: string,
	options = 'rw',
): string =>
	`${id} 1 ${deviceNumber} / ${mountPoint} rw,relatime shared:1 - ${fileSystem} ${source} ${options}\n`;

/** sysfs of a block device that stands on others, as device-mapper and md make it: links both ways. */
export const blockTree = (
	name: string,
	number: string,
	{slaves = [], attributes = {}}: {readonly slaves?: readonly string[]; readonly attributes?: Tree} = {},
): Tree => {
	const own = name.split('/').at(-1) ?? '';
	const up = '../'.repeat(name.split('/').length + 1);
	return {
		[`sys/devices/block/${name}/dev`]: `${number}\n`,
		[`sys/dev/block/${number}`]: `-> ../../devices/block/${name}`,
		[`sys/class/block/${own}`]: `-> ../../devices/block/${name}`,
		[`sys/block/${own}`]: `-> ../devices/block/${name}`,
		...Object.fromEntries(
			slaves.flatMap(slave => [
				[`sys/devices/block/${name}/slaves/${slave.split('/').at(-1)}`, `-> ${up}${slave}`],
				[
					`sys/devices/block/${slave}/holders/${own}`,
					`-> ${'../'.repeat(slave.split('/').length + 1)}${name}`,
				],
			]),
		),
		...Object.fromEntries(
			Object.entries(attributes).map(([file, text]) => [`sys/devices/block/${name}/${file}`, `${text}\n`]),
		),
	};
};

/** sda with two partitions, and a second disk. */
export const disks: Tree = {
	...blockTree('sda', '8:0'),
	...blockTree('sda/sda1', '8:1', {attributes: {partition: '1'}}),
	...blockTree('sda/sda2', '8:2', {attributes: {partition: '2'}}),
	...blockTree('sdb', '8:16'),
};

/** What the kernel does when a mapping is closed. */
export const removeBlock = (root: string, name: string, number: string): void => {
	const blocks = join(root, 'sys/devices/block');
	const slaves = join(blocks, name, 'slaves');
	for (const slave of readdirSync(slaves)) {
		rmSync(join(realpathSync(join(slaves, slave)), 'holders', name));
	}

	rmSync(join(blocks, name), {recursive: true, force: true});
	for (const link of [`dev/block/${number}`, `class/block/${name}`, `block/${name}`]) {
		rmSync(join(root, 'sys', link), {force: true});
	}
};

/** What is to be freed of sda in a made-up machine, the lines that were told and the commands that were run. */
export const madeUp = async (
	t: ExecutionContext,
	tree: Tree,
	onRun: (command: string, root: string) => void = () => {},
) => {
	const root = await temporaryDirectory(t);
	await writeTree(root, {'proc/self/mountinfo': mountLine(1, '0:20', '/', 'tmpfs', 'zeroize'), ...tree});
	const commands: string[] = [];
	const lines: string[] = [];
	const tools: Tools = {
		...real.tools,
		run: async (name, args) => {
			const command = [name, ...args].join(' ');
			commands.push(command);
			onRun(command, root);
			return {exitCode: 0, stdout: '', stderr: ''};
		},
	};
	const freeing: Freeing = {
		...{tools, root, oldRoot: '/oldroot', deviceNumbers: ['8:0'], patienceMs: 0},
		tell: line => void lines.push(line),
	};
	return {freeing, root, commands, lines};
};
