import {setTimeout as sleep} from 'node:timers/promises';
import type {ToolStream} from '../../process.ts';
import {shown} from '../../shown.ts';
import type {ErasePoint} from '../eraser.ts';
import {follow} from '../tool/follow.ts';
import {createStopper} from '../tool/stop.ts';
import {driveFailed, goesOnByItself} from './errors.ts';
import type {NativeContext, NativeOperation, NativeTiming} from './operation.ts';
import {requireInTime} from './wait.ts';

const mostCharacters = 4096;

/**
Gives a command with a program that ends when the drive has ended, and waits for it; yields now and then, so that somebody sees that it lives.
@throws SanitizeError TOOL_MISSING, ERASER_FAILED, STALLED; INTERRUPTED, and the drive may go on.
*/
export async function* runToEnd(
	operation: NativeOperation,
	context: Pick<NativeContext, 'device' | 'signal' | 'tools'>,
	timing: NativeTiming,
): AsyncGenerator<ErasePoint, void, undefined> {
	const {name, command} = operation;
	const {device, signal, tools} = context;
	const [program, ...args] = command;
	const startedAtMs = performance.now();
	const stream = await tools.stream(program, args, {withOutput: true});
	using stopper = createStopper(stream, signal);
	const said = listen(stream, stopper.gaveUp);
	const ended = stream.ended.then(end => ({end}));
	const gaveUp = stopper.gaveUp.then(() => 'left alone' as const);
	try {
		for (let waitMs = timing.firstMs; ; waitMs = Math.min(waitMs * 2, timing.longestMs)) {
			using timer = createTimer(waitMs);
			const what = await Promise.race([ended, gaveUp, timer.isOver]);
			if (what === 'left alone' || (signal.aborted && what !== 'due')) {
				throw goesOnByItself(name, device);
			}

			if (what !== 'due') {
				requireGoodEnd(operation, context, {...what.end, said: await said});
				return;
			}

			yield {writtenBytes: 0, reachedTo: 0};
			requireInTime(operation, context, performance.now() - startedAtMs);
		}
	} finally {
		// Whoever takes no more of it waits for it no more.
		await stopper.stop();
	}
}

/** All that it says, but no more than is of use. */
const listen = async (stream: ToolStream, gaveUp: Promise<undefined>): Promise<string> => {
	let text = '';
	for await (const chunk of follow(stream, gaveUp)) {
		text = `${text}${chunk}`.slice(-mostCharacters);
	}

	return text;
};

const lastLine = (text: string): string => shown(text.trim().split('\n').at(-1) ?? '');

const createTimer = (ms: number) => {
	const controller = new AbortController();
	const isOver = sleep(ms, 'due' as const, {signal: controller.signal}).catch(() => 'due' as const);
	return {isOver, [Symbol.dispose]: () => controller.abort()};
};

interface ToolEnd {
	readonly exitCode: number | undefined;
	readonly signal: string | undefined;
	readonly said: string;
}

const requireGoodEnd = (
	{name, command, faultIn}: NativeOperation,
	{device}: Pick<NativeContext, 'device'>,
	{exitCode, signal, said}: ToolEnd,
): void => {
	if (exitCode !== 0) {
		const how = signal === undefined ? `with exit code ${exitCode}` : `by ${signal}`;
		const words = lastLine(said);
		const what = `${command[0]} ended ${how}${words === '' ? '' : `: ${words}`}`;
		throw driveFailed(name, device, what);
	}

	const fault = faultIn?.(said);
	if (fault !== undefined) {
		throw driveFailed(name, device, fault);
	}
};
