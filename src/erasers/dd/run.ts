import type {Device} from '../../devices/device.ts';
import {SanitizeError} from '../../errors.ts';
import type {ToolStream} from '../../process.ts';
import type {EraseContext, ErasePoint} from '../eraser.ts';
import type {Start} from '../writing/overwrite.ts';
import {operands} from './operands.ts';
import {createDdReader, type DdReader} from './report.ts';
import {createStopper} from './stop.ts';
import {type DdVerdict, judgeEnd} from './verdict.ts';

export interface DdContext extends Pick<EraseContext, 'device' | 'tools' | 'signal'> {
	readonly node: string;
}

/** Runs dd once, to its end or to the first place that takes no data; yields how far it is. */
export async function* runDd(
	{device, node, tools, signal}: DdContext,
	{from, writtenBytes, reachedTo}: Start,
): AsyncGenerator<ErasePoint, DdVerdict, undefined> {
	const {facts, isDirect} = device;
	const stream = await tools.stream('dd', operands(facts, node, {isDirect, from}));
	using stopper = createStopper(stream, signal);
	const reader = createDdReader();
	try {
		for await (const bytes of follow(stream, reader, stopper.gaveUp)) {
			yield {writtenBytes: writtenBytes + bytes, reachedTo: reachedTo === from ? from + bytes : reachedTo};
		}

		const end = await Promise.race([stream.ended, stopper.gaveUp]);
		if (signal.aborted) {
			throw interrupted(device, writtenBytes + reader.report().bytes, end !== undefined);
		}

		return judgeEnd({...reader.report(), exitCode: end?.exitCode, signal: end?.signal}, facts, from);
	} finally {
		// Also when whoever asked for the bytes walks away: nothing may go on writing behind their back.
		await stopper.stop();
	}
}

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

export const interrupted = ({facts}: Device, bytes: number, hasEnded = true): SanitizeError =>
	hasEnded
		? new SanitizeError('INTERRUPTED', `dd was stopped after at least ${bytes} bytes of ${facts.path}`, {
				hint: bytes === 0 ? undefined : 'do not release the device: resume the run, or erase it again',
			})
		: new SanitizeError('INTERRUPTED', `dd cannot be stopped and may still write to ${facts.path}`, {
				hint: 'the kernel waits for the device: do not release it; look at the kernel log, or cut its power',
			});
