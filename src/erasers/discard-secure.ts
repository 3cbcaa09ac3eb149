import type {DeviceFacts} from '../devices/device.ts';
import {defineEraser, foreign, type Support, supported, unsupported} from './eraser.ts';
import {eraseNatively} from './native/erase-natively.ts';
import {deviceObstacle} from './native/obstacles.ts';
import {requireNode} from './tool/node.ts';
import {requireBlkdiscard} from './zero-range/flavour.ts';

const name = 'discard-secure';

/**
The kernel's BLKSECDISCARD over all of the device: Secure Trim or Secure Erase of an eMMC (JESD84-A441), VIRTIO_BLK_T_SECURE_ERASE of a virtual disk (Virtio 1.2 section 5.2.6).

A clear and no purge: it is about what the device maps now, and the copies that came of moving it; what was overwritten or discarded before is mapped no more, and nothing promises to reach it.
*/
export default defineEraser({
	name,
	summary: 'let an eMMC or a virtual disk discard all of it securely, asked by blkdiscard',
	method: 'clear',
	technique: 'block-erase',
	leaves: 'drive-defined',
	notCovered: [
		'data that was overwritten or discarded before: a secure discard is about what the device holds now, and copies of that',
		'what the storage behind a virtual disk keeps: how it discards is up to the host',
	],
	tools: ['blkdiscard', 'blockdev'],
	supports: facts => deviceObstacle(facts) ?? supportOf(facts),
	probe: requireBlkdiscard,
	command: (_facts, node) => commandFor(node),
	async *erase(context) {
		const {device, tools, signal} = context;
		const node = requireNode(name, device);
		const tool = await requireBlkdiscard(tools, signal);
		const command = commandFor(node);
		return yield* eraseNatively({name, tool, command, estimateSeconds: null}, context);
	},
});

const supportOf = ({drive}: DeviceFacts): Support => {
	switch (drive?.discard?.secure) {
		case true:
			return supported;
		case false:
			return foreign('it takes no secure discard');
		default:
			return unsupported(
				'whether it takes a secure discard is not known: the kernel tells it of eMMC and virtio disks alone',
			);
	}
};

// Without --force it wants the device for itself alone, and we hold it.
const commandFor = (node: string): readonly [string, ...string[]] => [
	'blkdiscard',
	'--secure',
	'--force',
	node,
];
