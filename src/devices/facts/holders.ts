import type {BigIntStats} from 'node:fs';
import {realpath, stat} from 'node:fs/promises';
import type {Tools} from '../../process.ts';
import type {DeviceFacts, DeviceKind, DeviceSurroundings, Holder} from '../device.ts';
import {within} from '../within.ts';
import {listBackings, siblingLoops} from './backing.ts';
import type {BlockNode} from './lsblk.ts';
import {activeSwaps} from './swaps.ts';
import {attachedLoops, deviceNumberOf, listNames} from './sysfs.ts';
import {togetherByRoot} from './together.ts';
import {findWriters} from './writers.ts';

/** A node and everything below it, each once. */
export const flatten = (node: BlockNode): BlockNode[] => {
	const nodes = new Map<string, BlockNode>();
	const add = (next: BlockNode) => {
		nodes.set(next.deviceNumber, next);
		next.children.forEach(add);
	};
	add(node);
	return [...nodes.values()];
};

export const kindOf = (type: string): DeviceKind => {
	if (type === 'part') {
		return 'partition';
	}

	if (/^(raid|md|dmraid|linear)/.test(type)) {
		return 'raid';
	}

	return plainKinds.find(kind => kind === type) ?? 'other';
};

const plainKinds = ['disk', 'loop', 'lvm', 'crypt', 'mpath', 'rom'] as const;

/** Everybody who uses the device or anything on it, but for mounted file systems. */
export const findHolders = async (node: BlockNode, {root, tools}: DeviceSurroundings): Promise<Holder[]> => {
	const nodes = flatten(node);
	const numbers = new Set(nodes.map(({deviceNumber}) => deviceNumber));
	const names = new Set(nodes.flatMap(({name, kernelName}) => [name, kernelName]));
	const isOurs = (stats: BigIntStats) => stats.isBlockDevice() && numbers.has(deviceNumberOf(stats.rdev));
	const found = await Promise.all([
		stackedOn(nodes),
		unseenHolders(nodes, root),
		swapsOn(isOurs, names, root),
		nodes
			.filter(({isSwap}) => isSwap)
			.map(({name}): Holder => ({kind: 'swap', name: toKernelName(name, nodes)})),
		loopsOver(isOurs, names, root),
		node.type === 'loop' ? findSiblings(node.kernelName, {root, tools}) : [],
		findWriters({matches: isOurs}, root),
	]);
	return unique(found.flat());
};

// What lsblk shows below it, but for partitions: those are a part of the device itself.
const stackedOn = ([, ...below]: readonly BlockNode[]): Holder[] =>
	below.filter(({type}) => type !== 'part').map(toHolder);

/** A loop device that is the only one has none: that needs no program. */
const findSiblings = async (node: string, {root, tools}: DeviceSurroundings): Promise<Holder[]> => {
	const loops = await loopsTogether(root);
	const siblings = loops.every(loop => loop.node === node) ? [] : await siblingLoops(node, tools);
	return siblings.map(name => ({kind: 'loop', name}));
};

/** Loop devices and swap on a regular file, and processes that write to it. */
export const findFileHolders = async (
	path: string,
	stats: BigIntStats,
	{root, tools}: DeviceSurroundings,
): Promise<Holder[]> => {
	const isOurs = (other: BigIntStats) => other.isFile() && other.dev === stats.dev && other.ino === stats.ino;
	const names = new Set([path]);
	const inode = `${deviceNumberOf(stats.dev)} ${stats.ino}`;
	const found = await Promise.all([
		swapsOn(isOurs, names, root),
		loopsOver(isOurs, names, root),
		loopsBacked(inode, tools),
		findWriters({matches: isOurs, file: stats}, root),
	]);
	return unique(found.flat());
};

const loopsBacked = async (inode: string, tools: Tools): Promise<Holder[]> => {
	const backings = await listBackings(tools);
	return backings.filter(backing => backing.inode === inode).map(({node}) => ({kind: 'loop', name: node}));
};

/** How a device is used now, in words; `null` when nothing is known to use it. */
export const describeUse = ({
	mountPoints,
	holders,
}: Pick<DeviceFacts, 'mountPoints' | 'holders'>): string | null => {
	const uses = [
		...mountPoints.map(mountPoint => `mounted on ${mountPoint}`),
		...holders.map(({kind, name}) => (kind === 'swap' ? `swap on ${name}` : `held by ${name} (${kind})`)),
	];
	return uses.length === 0 ? null : uses.join(', ');
};

const toHolder = ({name, type}: BlockNode): Holder => {
	const kind = kindOf(type);
	return {
		kind: kind === 'lvm' || kind === 'raid' || kind === 'crypt' || kind === 'mpath' ? kind : 'other',
		name,
	};
};

// /proc/swaps and lsblk name the same swap area by different names; the kernel's is the one that both know.
const toKernelName = (name: string, nodes: readonly BlockNode[]): string =>
	nodes.find(node => node.name === name)?.kernelName ?? name;

const unseenHolders = async (nodes: readonly BlockNode[], root: string): Promise<Holder[]> => {
	const seen = new Set(nodes.map(({kernelName}) => kernelName));
	const names = await Promise.all(
		nodes.map(async ({deviceNumber}) => listNames(root, 'sys/dev/block', deviceNumber, 'holders')),
	);
	return names
		.flat()
		.map(name => `/dev/${name}`)
		.filter(name => !seen.has(name))
		.map(name => ({kind: 'other', name}));
};

type IsOurs = (stats: BigIntStats) => boolean;

const swapsOn = async (isOurs: IsOurs, names: ReadonlySet<string>, root: string): Promise<Holder[]> => {
	const swaps = await activeSwaps(root);
	const matches = await Promise.all(swaps.map(async name => isSame(name, isOurs, names)));
	const found = swaps.filter((_, index) => matches[index]);
	return Promise.all(
		found.map(async name => ({kind: 'swap', name: await realpath(name).catch(() => name)}) as const),
	);
};

const loopsTogether = togetherByRoot(attachedLoops);

const loopsOver = async (isOurs: IsOurs, names: ReadonlySet<string>, root: string): Promise<Holder[]> => {
	const loops = await loopsTogether(root);
	const matches = await Promise.all(loops.map(async ({backingFile}) => isSame(backingFile, isOurs, names)));
	return loops.filter((_, index) => matches[index]).map(({node}) => ({kind: 'loop', name: node}));
};

const answerMs = 5000;

const isSame = async (path: string, isOurs: IsOurs, names: ReadonlySet<string>): Promise<boolean> => {
	try {
		// Ours has answered: what does not is another one.
		const late = () => new Error(`${path} does not answer`);
		return names.has(path) || isOurs(await within(stat(path, {bigint: true}), {timeoutMs: answerMs, late}));
	} catch {
		return false;
	}
};

const unique = (holders: readonly Holder[]): Holder[] => [
	...new Map(holders.map(holder => [`${holder.kind} ${holder.name}`, holder])).values(),
];
