import type {Device} from '../../devices/device.ts';
import {SanitizeError} from '../../errors.ts';

/** What a tool is given to write to; @throws SanitizeError UNSUPPORTED where there is nothing. */
export const requireNode = (tool: string, {facts, node, openNode}: Device): string => {
	if (node === undefined) {
		throw new SanitizeError('UNSUPPORTED', `${facts.path} has no node that ${tool} could write to`, {
			hint: 'use the eraser direct',
		});
	}

	// By its name it would write to whatever has that name by the time it gets there.
	return openNode ?? node;
};

/** The name of what is open, for a tool that takes no other path; @throws SanitizeError UNSUPPORTED where there is none. */
export const requireName = (eraser: string, {facts, node}: Device): string => {
	if (node === undefined) {
		throw new SanitizeError('UNSUPPORTED', `${facts.path} has no node that ${eraser} could be given`, {
			hint: 'use the eraser direct',
		});
	}

	return node;
};
