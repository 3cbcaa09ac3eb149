import packageJson from '../../package.json' with {type: 'json'};
import type {ByteRange, Device, DeviceFacts} from '../devices/device.ts';
import {SanitizeError} from '../errors.ts';
import {requireGnuDd} from './dd/flavour.ts';
import {operands} from './dd/operands.ts';
import {type DdContext, interrupted, runDd} from './dd/run.ts';
import {
	defineEraser,
	type EraseContext,
	type ErasePoint,
	type EraseResult,
	supported,
	unsupported,
} from './eraser.ts';
import {overwrite} from './writing/overwrite.ts';
import {blockBytes, createSalvage, type Salvage} from './writing/salvage.ts';
import {requirePresent} from './writing/write-errors.ts';

// Each stop costs a process and an fsync: a device with more of them is finished by our own writer.
const mostRestarts = 20;

export default defineEraser({
	name: 'dd',
	summary: 'overwrite with zeros with GNU dd, past the page cache, to the last byte',
	method: 'clear',
	technique: 'overwrite',
	leaves: 'zeros',
	writesInOrder: true,
	tools: ['dd'],
	supports({kind, readOnly}) {
		if (kind === 'memory') {
			return unsupported('it has no node that dd could write to');
		}

		return readOnly ? unsupported('it is read-only') : supported;
	},
	probe: requireGnuDd,
	command: (facts, node) => ['dd', ...operands(facts, node, {isDirect: true})],
	sync: async ({device, tools, signal}) => tools.run('sync', [requireNode(device)], {signal}),
	async *erase({device, tools, signal, from, commit, warn}) {
		const node = requireNode(device);
		const tool = await requireGnuDd(tools, signal);
		requireRunning(device, signal, 0);
		await commit();
		requireRunning(device, signal, 0);
		const salvage = createSalvage({device, signal, warn});
		const written = yield* writeToEnd({device, node, tools, signal, from, warn, salvage});
		requireRunning(device, signal, written.bytes);
		const end = await salvage.finish();
		return {
			writtenBytes: written.bytes + end.writtenBytes,
			unwritable: end.unwritable,
			tool: written.isAlone ? tool : withOurs(tool),
		};
	},
});

const requireNode = ({facts, node, openNode}: Device): string => {
	if (node === undefined) {
		throw new SanitizeError('UNSUPPORTED', `${facts.path} has no node that dd could write to`, {
			hint: 'use the eraser direct',
		});
	}

	// By its name dd would write to whatever has that name by the time it gets there.
	return openNode ?? node;
};

const requireRunning = (device: Device, {aborted}: AbortSignal, writtenBytes: number): void => {
	if (aborted) {
		throw interrupted(device, writtenBytes);
	}
};

interface Context extends DdContext, Pick<EraseContext, 'from' | 'warn'> {
	readonly salvage: Salvage;
}

interface Written {
	readonly bytes: number;
	/** False when our own writer has written some of it. */
	readonly isAlone: boolean;
}

/** dd; and behind each place that it stops at, dd again. Every byte is in the count of a dd, or in what became of such a place. */
async function* writeToEnd(context: Context): AsyncGenerator<ErasePoint, Written, undefined> {
	const {device, signal, salvage} = context;
	const {kind, totalBytes} = device.facts;
	let {from} = context;
	let writtenBytes = from;
	let reachedTo = from;
	for (let restarts = 0; ; restarts += 1) {
		const end = yield* runDd(context, {from, writtenBytes, reachedTo});
		if (!end.failure) {
			return {bytes: writtenBytes + end.bytes, isAlone: restarts === 0};
		}

		const stoppedAt = from + end.bytes;
		const block = blockBehind(stoppedAt, device.facts, end.failure);
		const salvaged = await salvage.salvage(block, end.failure);
		salvage.keep(salvaged);
		reachedTo = reachedTo === from ? stoppedAt : reachedTo;
		// What dd wrote of a sector before it stopped was written again with it.
		writtenBytes += end.bytes - (stoppedAt - block.offset) + salvaged.writtenBytes;
		from = block.offset + block.length;
		// It may have gone meanwhile.
		await requirePresent(device, block.offset);
		if (kind === 'file' && from === totalBytes) {
			return {bytes: writtenBytes, isAlone: false};
		}

		if (restarts === mostRestarts) {
			sayThatOursGoesOn(context, from);
			const parts = {
				device,
				salvage,
				requireRunning: (bytes: number) => requireRunning(device, signal, bytes),
			};
			return {bytes: yield* overwrite(parts, {from, writtenBytes, reachedTo}), isAlone: false};
		}
	}
}

/** From where dd stopped to the next block: there it can go on. */
const blockBehind = (
	stoppedAt: number,
	{logicalSectorBytes, totalBytes}: DeviceFacts,
	failure: SanitizeError,
): ByteRange => {
	const offset = stoppedAt - (stoppedAt % logicalSectorBytes);
	const end = Math.min(offset - (offset % blockBytes) + blockBytes, totalBytes);
	if (end <= offset) {
		throw failure;
	}

	return {offset, length: end - offset};
};

const sayThatOursGoesOn = ({device, warn}: Context, from: number): void =>
	warn({
		code: 'WRITE_FAILED',
		message: `${device.facts.path}: dd stopped at ${mostRestarts + 1} write errors; from byte ${from} on our own writer goes on in its place`,
	});

const withOurs = ({name, version}: EraseResult['tool']): EraseResult['tool'] => ({
	name: `${name}, zeroize direct`,
	version: `${version}, ${packageJson.version}`,
});
