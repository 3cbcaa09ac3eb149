import type {ToolStream} from '../../process.ts';

/** What a tool says, as it comes, until it has no more to say or cannot be stopped. */
export async function* follow(
	{stderr}: Pick<ToolStream, 'stderr'>,
	gaveUp: Promise<undefined>,
): AsyncGenerator<string, void, undefined> {
	const chunks = stderr[Symbol.asyncIterator]();
	for (;;) {
		const next = await Promise.race([chunks.next(), gaveUp]);
		if (!next || next.done) {
			return;
		}

		yield next.value;
	}
}
