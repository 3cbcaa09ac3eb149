import type {Device, DeviceFacts} from '../devices/device.ts';
import {SanitizeError} from '../errors.ts';
import type {ToolStream} from '../process.ts';
import {requireGnuDd} from './dd/flavour.ts';
import {createDdReader, type DdReader} from './dd/report.ts';
import {createStopper} from './dd/stop.ts';
import {requireEnd} from './dd/verdict.ts';
import {defineEraser, supported, unsupported} from './eraser.ts';

export default defineEraser({
	name: 'dd',
	summary: 'overwrite with zeros with GNU dd, past the page cache, to the last byte',
	method: 'clear',
	technique: 'overwrite',
	leaves: 'zeros',
	tools: ['dd'],
	supports({kind, readOnly}) {
		if (kind === 'memory') {
			return unsupported('it has no node that dd could write to');
		}

		return readOnly ? unsupported('it is read-only') : supported;
	},
	probe: requireGnuDd,
	command: (facts, node) => ['dd', ...operands(facts, node, true)],
	async *erase({device, tools, signal, commit}) {
		const node = requireNode(device);
		const tool = await requireGnuDd(tools, signal);
		if (signal.aborted) {
			throw interrupted(device, 0);
		}

		await commit();
		if (signal.aborted) {
			throw interrupted(device, 0);
		}

		const stream = await tools.stream('dd', operands(device.facts, node, device.isDirect));
		using stopper = createStopper(stream, signal);
		const reader = createDdReader();
		try {
			yield* follow(stream, reader, stopper.gaveUp);
			const end = await Promise.race([stream.ended, stopper.gaveUp]);
			if (signal.aborted) {
				throw interrupted(device, reader.report().bytes, end !== undefined);
			}

			return {
				writtenBytes: requireEnd(
					{...reader.report(), exitCode: end?.exitCode, signal: end?.signal},
					device.facts,
				),
				tool,
			};
		} finally {
			// Also when whoever asked for the bytes walks away: nothing may go on writing behind their back.
			await stopper.stop();
		}
	},
});

// Without nocreat, dd makes a regular file of a node that has gone, and fills the memory with it.
const operands = ({kind, totalBytes}: DeviceFacts, node: string, isDirect: boolean): readonly string[] => [
	'if=/dev/zero',
	`of=${node}`,
	'bs=1M',
	...(kind === 'file'
		? [`count=${totalBytes}`, 'iflag=count_bytes', 'conv=fsync,nocreat,notrunc']
		: ['conv=fsync,nocreat']),
	// A block device can always be written past the page cache; a file only where its file system allows it.
	...(isDirect || kind !== 'file' ? ['oflag=direct'] : []),
	'status=progress',
];

const requireNode = ({facts, node}: Device): string => {
	if (node === undefined) {
		throw new SanitizeError('UNSUPPORTED', `${facts.path} has no node that dd could write to`, {
			hint: 'use the eraser direct',
		});
	}

	return node;
};

async function* follow(
	{stderr}: ToolStream,
	reader: DdReader,
	gaveUp: Promise<undefined>,
): AsyncGenerator<number, void, undefined> {
	const chunks = stderr[Symbol.asyncIterator]();
	let seen = 0;
	for (;;) {
		const next = await Promise.race([chunks.next(), gaveUp]);
		if (!next || next.done) {
			return;
		}

		const bytes = reader.push(next.value);
		if (bytes > seen) {
			seen = bytes;
			yield bytes;
		}
	}
}

const interrupted = ({facts}: Device, bytes: number, hasEnded = true): SanitizeError =>
	hasEnded
		? new SanitizeError('INTERRUPTED', `dd was stopped after at least ${bytes} bytes of ${facts.path}`, {
				hint: bytes === 0 ? undefined : 'do not release the device: erase it again, from its start',
			})
		: new SanitizeError('INTERRUPTED', `dd cannot be stopped and may still write to ${facts.path}`, {
				hint: 'the kernel waits for the device: do not release it; look at the kernel log, or cut its power',
			});
