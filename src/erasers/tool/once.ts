import type {Tools} from '../../process.ts';
import type {EraseResult} from '../eraser.ts';

type TryOut = (tools: Tools, signal: AbortSignal) => Promise<EraseResult['tool']>;

/** Tries a program out once for a run: what was planned with is what erases. One that failed is tried again. */
export const once = (tryOut: TryOut): TryOut => {
	const proven = new WeakMap<Tools, EraseResult['tool']>();
	return async (tools, signal) => {
		const tool = proven.get(tools) ?? (await tryOut(tools, signal));
		proven.set(tools, tool);
		return tool;
	};
};
