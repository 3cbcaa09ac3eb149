import {realpath, stat} from 'node:fs/promises';
import {deviceNumberOf} from '../../devices/facts/sysfs.ts';
import {SanitizeError} from '../../errors.ts';
import type {Tools} from '../../process.ts';
import type {DiskName} from './address.ts';

export interface FileSystem {
	/** Node of the block device. */
	readonly node: string;
	/** `major:minor`. */
	readonly deviceNumber: string;
	/** `null` where the file system has none. */
	readonly uuid: string | null;
	/** As blkid names it: `ext4`, `vfat`. */
	readonly type: string;
}

const probeTimeoutMs = 30_000;

// 2: nothing was found; 8: more than one kind of content was.
const accept = [0, 2, 8];

/**
The file system that a name stands for, asked of the media itself: neither udev nor blkid's cache need be there or right.
@throws SanitizeError DESTINATION_UNREACHABLE when there is none, more than one, or something else.
*/
export const findFileSystem = async (name: DiskName, tools: Tools): Promise<FileSystem> => {
	const node = name.tag === 'node' ? await existing(name.value) : await nodeWith(name.tag, name.value, tools);
	const stats = await stat(node, {bigint: true});
	if (!stats.isBlockDevice()) {
		throw notFound(`${node} is not a block device`, 'name a partition or a disk with a file system on it');
	}

	const found = await probe(node, tools);
	const type = found.get('TYPE');
	if (found.get('USAGE') !== 'filesystem' || type === undefined) {
		throw notFound(
			`${node} has no file system on it (${type ?? found.get('PTTYPE') ?? 'nothing that blkid knows'})`,
			'name the partition with the file system, or make one: mkfs.ext4 -L EVIDENCE',
		);
	}

	return {node, deviceNumber: deviceNumberOf(stats.rdev), uuid: found.get('UUID') ?? null, type};
};

const existing = async (node: string): Promise<string> => {
	try {
		return await realpath(node);
	} catch {
		throw notFound(`${node} is not there`, 'plug the disk in; zeroize devices shows what is here');
	}
};

const nodeWith = async (tag: 'LABEL' | 'UUID', value: string, tools: Tools): Promise<string> => {
	const args = ['-c', '/dev/null', '-t', `${tag}=${value}`, '-o', 'device'];
	const {stdout} = await tools.run('blkid', args, {timeoutMs: probeTimeoutMs, accept});
	const [node, ...others] = stdout.split('\n').filter(line => line !== '');
	if (node === undefined) {
		throw notFound(
			`no file system has the ${tag === 'LABEL' ? 'label' : 'UUID'} ${value}`,
			'plug the disk in; blkid lists labels and UUIDs',
		);
	}

	if (others.length > 0) {
		throw notFound(
			`${[node, ...others].join(' and ')} all have the ${tag === 'LABEL' ? 'label' : 'UUID'} ${value}`,
			'unplug all but one, or name it by its UUID or node',
		);
	}

	return realpath(node);
};

const probe = async (node: string, tools: Tools): Promise<ReadonlyMap<string, string>> => {
	const {stdout} = await tools.run('blkid', ['-p', '-o', 'export', node], {
		timeoutMs: probeTimeoutMs,
		accept,
	});
	return new Map(
		stdout.split('\n').map(line => {
			const [key = '', ...value] = line.split('=');
			return [key, value.join('=')];
		}),
	);
};

const notFound = (message: string, hint: string): SanitizeError =>
	new SanitizeError('DESTINATION_UNREACHABLE', message, {hint});

/**
The same file system again, wherever it may be now: a disk that was unplugged for a moment comes back with another name.
@throws SanitizeError DESTINATION_UNREACHABLE.
*/
export const findAgain = async (planned: FileSystem, tools: Tools): Promise<FileSystem> => {
	const now = await findFileSystem({tag: 'node', value: planned.node}, tools).catch(() => null);
	if (now?.uuid === planned.uuid && now.type === planned.type) {
		return now;
	}

	if (planned.uuid === null) {
		throw notFound(`${planned.node} is not the disk that it was`, 'look at the cabling and the kernel log');
	}

	return findFileSystem({tag: 'UUID', value: planned.uuid}, tools);
};
