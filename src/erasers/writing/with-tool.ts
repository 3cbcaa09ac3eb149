import packageJson from '../../../package.json' with {type: 'json'};
import type {ByteRange, Device, DeviceFacts} from '../../devices/device.ts';
import type {SanitizeError} from '../../errors.ts';
import type {EraseContext, ErasePoint, EraseResult} from '../eraser.ts';
import {interrupted} from '../tool/interrupted.ts';
import {overwrite, type Start} from './overwrite.ts';
import {blockBytes, createSalvage, type Salvage} from './salvage.ts';
import {requirePresent} from './write-errors.ts';

/** What a tool wrote from where it started, without a gap. */
export interface ToolEnd {
	readonly bytes: number;
	/** Why it stopped right behind these bytes, where it did so before the end: WRITE_FAILED, with the system error as its cause. */
	readonly failure?: SanitizeError;
}

export interface WritingTool {
	/** As the operator knows it. */
	readonly name: string;
	/** For the certificate. */
	readonly tool: EraseResult['tool'];
	/**
	Runs it from a byte on, to the end or to the first place that takes no data; yields how far it is, with what `start` has already.
	@throws SanitizeError INTERRUPTED, and whatever else ends the erase.
	*/
	run(start: Start): AsyncGenerator<ErasePoint, ToolEnd, undefined>;
}

// Each stop costs a process and an fsync: a device with more of them is finished by our own writer.
const mostRestarts = 20;

type Context = Pick<EraseContext, 'device' | 'signal' | 'from' | 'warn'>;

/** Writes a device to its end with a tool; what that cannot write is salvaged. */
export async function* writeWithTool(
	writing: WritingTool,
	context: Context,
): AsyncGenerator<ErasePoint, EraseResult, undefined> {
	const {device, signal} = context;
	requireRunning(writing, device, signal, 0);
	const salvage = createSalvage(context);
	const written = yield* writeToEnd(writing, {...context, salvage});
	requireRunning(writing, device, signal, written.bytes);
	const end = await salvage.finish();
	return {
		writtenBytes: written.bytes + end.writtenBytes,
		unwritable: end.unwritable,
		tool: written.isAlone ? writing.tool : withOurs(writing.tool),
	};
}

export const requireRunning = (
	{name}: Pick<WritingTool, 'name'>,
	device: Device,
	{aborted}: AbortSignal,
	writtenBytes: number,
): void => {
	if (aborted) {
		throw interrupted(name, device, writtenBytes);
	}
};

interface Written {
	readonly bytes: number;
	/** False when our own writer has written some of it. */
	readonly isAlone: boolean;
}

/** The tool; and behind each place that it stops at, the tool again. Every byte is in the count of a run of it, or in what became of such a place. */
async function* writeToEnd(
	writing: WritingTool,
	context: Context & {readonly salvage: Salvage},
): AsyncGenerator<ErasePoint, Written, undefined> {
	const {device, signal, salvage} = context;
	const {kind, totalBytes} = device.facts;
	let {from} = context;
	let writtenBytes = from;
	let reachedTo = from;
	for (let restarts = 0; ; restarts += 1) {
		const end = yield* writing.run({from, writtenBytes, reachedTo});
		if (!end.failure) {
			return {bytes: writtenBytes + end.bytes, isAlone: restarts === 0};
		}

		const stoppedAt = from + end.bytes;
		const block = blockBehind(stoppedAt, device.facts, end.failure);
		const salvaged = await salvage.salvage(block, end.failure);
		salvage.keep(salvaged);
		reachedTo = reachedTo === from ? stoppedAt : reachedTo;
		// What the tool wrote of a sector before it stopped was written again with it.
		writtenBytes += end.bytes - (stoppedAt - block.offset) + salvaged.writtenBytes;
		from = block.offset + block.length;
		// It may have gone meanwhile.
		await requirePresent(device, block.offset);
		if (kind === 'file' && from === totalBytes) {
			return {bytes: writtenBytes, isAlone: false};
		}

		if (restarts === mostRestarts) {
			sayThatOursGoesOn(writing, context, from);
			const parts = {
				device,
				salvage,
				requireRunning: (bytes: number) => requireRunning(writing, device, signal, bytes),
			};
			return {bytes: yield* overwrite(parts, {from, writtenBytes, reachedTo}), isAlone: false};
		}
	}
}

/** From where the tool stopped to the next block: there it can go on. */
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

const sayThatOursGoesOn = ({name}: WritingTool, {device, warn}: Context, from: number): void =>
	warn({
		code: 'WRITE_FAILED',
		message: `${device.facts.path}: ${name} stopped at ${mostRestarts + 1} write errors; from byte ${from} on our own writer goes on in its place`,
	});

const withOurs = ({name, version}: EraseResult['tool']): EraseResult['tool'] => ({
	name: `${name}, zeroize direct`,
	version: `${version}, ${packageJson.version}`,
});
