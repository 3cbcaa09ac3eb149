import type {ByteRange} from '../../devices/device.ts';
import type {EraseContext, ErasePoint} from '../eraser.ts';
import {follow} from '../tool/follow.ts';
import {interrupted} from '../tool/interrupted.ts';
import {createStopper} from '../tool/stop.ts';
import type {Start} from '../writing/overwrite.ts';
import type {ToolEnd} from '../writing/with-tool.ts';
import {requireSalvageable} from '../writing/write-errors.ts';
import {operands} from './operands.ts';
import {createPace} from './pace.ts';
import {readReport} from './report.ts';
import {judgeEnd} from './verdict.ts';

// A line a second: of anything longer the beginning says enough.
const mostCharacters = 1024 ** 2;

interface ZeroContext extends Pick<EraseContext, 'device' | 'tools' | 'signal'> {
	readonly node: string;
}

/** Zeroes a device range after range, each in a process of its own, to its end or to the first block that takes no zeros; yields how far it is. */
export async function* zeroRanges(
	context: ZeroContext,
	{from, writtenBytes, reachedTo}: Start,
): AsyncGenerator<ErasePoint, ToolEnd, undefined> {
	const {totalBytes} = context.device.facts;
	const pace = createPace(totalBytes);
	let position = from;
	while (position < totalBytes) {
		const range = pace.next(position);
		const startedAtMs = performance.now();
		const {bytes, failure} = await zeroRange(context, range, writtenBytes + position - from);
		position += bytes;
		if (!failure) {
			pace.took(range, performance.now() - startedAtMs);
		} else if (pace.failed({offset: position, length: range.length - bytes})) {
			return {bytes: position - from, failure};
		}

		yield {
			writtenBytes: writtenBytes + position - from,
			reachedTo: reachedTo === from ? position : reachedTo,
		};
	}

	return {bytes: position - from};
}

const zeroRange = async (
	{device, node, tools, signal}: ZeroContext,
	range: ByteRange,
	writtenBytes: number,
): Promise<ToolEnd> => {
	if (signal.aborted) {
		throw interrupted('blkdiscard', device, writtenBytes);
	}

	// It prints into a buffer, and empties that when it ends.
	const stream = await tools.stream('blkdiscard', operands(node, range), {withOutput: true});
	using stopper = createStopper(stream, signal);
	let text = '';
	for await (const chunk of follow(stream, stopper.gaveUp)) {
		text = `${text}${chunk}`.slice(0, mostCharacters);
	}

	const end = await Promise.race([stream.ended, stopper.gaveUp]);
	const report = readReport(text, range);
	if (signal.aborted) {
		throw interrupted('blkdiscard', device, writtenBytes + report.bytes, end !== undefined);
	}

	const verdict = judgeEnd({...report, exitCode: end?.exitCode, signal: end?.signal}, range, device.facts);
	if (verdict.failure) {
		requireSalvageable(device, range.offset + verdict.bytes, verdict.failure);
	}

	return verdict;
};
