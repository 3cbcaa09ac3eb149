import type {DeviceFacts} from '../devices/device.ts';
import {SanitizeError} from '../errors.ts';
import {defineEraser, supported, unsupported} from './eraser.ts';
import {requireNode} from './tool/node.ts';
import {requireRunning, writeWithTool} from './writing/with-tool.ts';
import {requireBlkdiscard} from './zero-range/flavour.ts';
import {operands} from './zero-range/operands.ts';
import {zeroRanges} from './zero-range/run.ts';

const name = 'blkdiscard';

export default defineEraser({
	name: 'zero-range',
	summary: 'let the device zero ranges by itself, asked by blkdiscard, to the last byte',
	method: 'clear',
	technique: 'overwrite',
	leaves: 'zeros',
	notCovered: [
		'blocks that the device, asked to zero ranges by itself, may only have marked as zero and not written',
	],
	tools: ['blkdiscard'],
	supports(facts) {
		// Of a loop device that is not attached yet nothing is known: it is looked at once it is.
		const obstacle =
			obstacleOf(facts) ?? (isAttachedLater(facts) && !facts.queue ? undefined : refusesOf(facts));
		return obstacle === undefined ? supported : unsupported(obstacle);
	},
	probe: requireBlkdiscard,
	command: (_facts, node) => ['blkdiscard', ...operands(node, {offset: 'OFFSET', length: 'LENGTH'})],
	sync: async ({device, tools, signal}) => tools.run('sync', [requireNode(name, device)], {signal}),
	async *erase(context) {
		const {device, tools, signal} = context;
		requireSuitable(device.facts);
		const node = requireNode(name, device);
		const tool = await requireBlkdiscard(tools, signal);
		requireRunning({name}, device, signal, 0);
		await context.commit();
		return yield* writeWithTool(
			{name, tool, run: start => zeroRanges({device, node, tools, signal}, start)},
			context,
		);
	},
});

const obstacleOf = ({kind, readOnly}: DeviceFacts): string | undefined => {
	if (kind === 'file' || kind === 'memory') {
		return 'it is no block device, which alone can be asked to zero ranges';
	}

	return readOnly ? 'it is read-only' : undefined;
};

const refusesOf = ({queue}: DeviceFacts): string | undefined =>
	queue && queue.maxWriteZeroesBytes > 0
		? undefined
		: 'it cannot zero ranges by itself (queue/write_zeroes_max_bytes is 0): the kernel would write zeros in its place';

const isAttachedLater = ({target}: DeviceFacts): boolean => target.startsWith('loop:');

/** What planning could not know; of other devices it has spoken, and one that offloads no longer since, as when a run goes on, is written by the kernel. */
const requireSuitable = (facts: DeviceFacts): void => {
	const obstacle = obstacleOf(facts) ?? (isAttachedLater(facts) ? refusesOf(facts) : undefined);
	if (obstacle !== undefined) {
		throw new SanitizeError('UNSUPPORTED', `${facts.path} cannot be erased with zero-range: ${obstacle}`, {
			hint: 'use the eraser dd or direct',
		});
	}
};
