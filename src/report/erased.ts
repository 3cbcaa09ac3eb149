import type {Canary} from '../content/canary.ts';
import type {Method, Pass, Technique} from '../erasers/eraser.ts';
import type {StepFacts} from '../events/results.ts';

/** An erase that came to its end, and wrote everything. */
export interface Erased {
	readonly method: Method;
	readonly technique: Technique;
	readonly eraser: string;
	readonly tool: {readonly name: string; readonly version: string};
	readonly writtenBytes: number;
	/** Only of an eraser with schemes. */
	readonly scheme?: {readonly name: string; readonly passes: readonly Pass[]};
	/** What was on the device before, and is gone. */
	readonly canary?: Canary;
}

/** What the end of a step says of an erase; `undefined` when it was another step. */
export const toErased = ({
	technique,
	method,
	eraser,
	tool,
	writtenBytes,
	scheme,
	passes,
	canary,
}: StepFacts): Erased | undefined =>
	technique && method && eraser && tool && writtenBytes !== undefined
		? {
				...{technique, method, eraser, tool, writtenBytes},
				...(scheme !== undefined && passes && {scheme: {name: scheme, passes}}),
				...(canary && {canary}),
			}
		: undefined;
