import type {EraseContext, ErasePoint} from '../eraser.ts';
import {follow} from '../tool/follow.ts';
import {interrupted} from '../tool/interrupted.ts';
import {createStopper} from '../tool/stop.ts';
import type {Start} from '../writing/overwrite.ts';
import type {ToolEnd} from '../writing/with-tool.ts';
import {operands} from './operands.ts';
import {createDdReader} from './report.ts';
import {judgeEnd} from './verdict.ts';

interface DdContext extends Pick<EraseContext, 'device' | 'tools' | 'signal'> {
	readonly node: string;
}

/** Runs dd once, to its end or to the first place that takes no data; yields how far it is. */
export async function* runDd(
	{device, node, tools, signal}: DdContext,
	{from, writtenBytes, reachedTo}: Start,
): AsyncGenerator<ErasePoint, ToolEnd, undefined> {
	const {facts, isDirect} = device;
	const stream = await tools.stream('dd', operands(facts, node, {isDirect, from}));
	using stopper = createStopper(stream, signal);
	const reader = createDdReader();
	try {
		let seen = 0;
		for await (const text of follow(stream, stopper.gaveUp)) {
			const bytes = reader.push(text);
			if (bytes > seen) {
				seen = bytes;
				yield {writtenBytes: writtenBytes + bytes, reachedTo: reachedTo === from ? from + bytes : reachedTo};
			}
		}

		const end = await Promise.race([stream.ended, stopper.gaveUp]);
		if (signal.aborted) {
			throw interrupted('dd', device, writtenBytes + reader.report().bytes, end !== undefined);
		}

		return judgeEnd({...reader.report(), exitCode: end?.exitCode, signal: end?.signal}, facts, from);
	} finally {
		// Also when whoever asked for the bytes walks away: nothing may go on writing behind their back.
		await stopper.stop();
	}
}
