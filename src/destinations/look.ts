import {SanitizeError, toSanitizeError} from '../errors.ts';
import type {DestinationKind, DestinationWish, LookSurroundings, PlannedDestination} from './destination.ts';
import {destinations} from './index.ts';

const addressForms: readonly string[] = destinations.flatMap(({forms}) => forms);

/** @throws SanitizeError USAGE. */
const kindOf = (to: string): DestinationKind => {
	const kind = destinations.find(({prefixes}) =>
		prefixes.some(prefix => to.toLowerCase().startsWith(prefix)),
	);
	if (!kind) {
		throw new SanitizeError('USAGE', `"${to}" names no kind of destination`, {
			hint: `write it as ${addressForms.join(' or ')}`,
		});
	}

	return kind;
};

/**
Whether a destination can be meant at all. Pure.
@throws SanitizeError USAGE with the way out.
*/
export const checkDestination = (wish: DestinationWish): void => void kindOf(wish.to).parse(wish);

/**
Finds what a destination names, read-only.
@throws SanitizeError USAGE; DESTINATION_UNREACHABLE or TOOL_MISSING of a required one. An optional one that is not found says so in `found`.
*/
export const lookAtDestination = async (
	wish: DestinationWish,
	surroundings: LookSurroundings,
): Promise<PlannedDestination> => {
	const {to, optional} = wish;
	const kind = kindOf(to);
	const address = kind.parse(wish);
	const planned = {to, optional, kind: kind.name, tools: kind.tools(address)};
	try {
		return {...planned, ...(await kind.look(address, surroundings))};
	} catch (thrown) {
		const error = toSanitizeError(thrown);
		if (!optional || error.code === 'INTERNAL') {
			throw error;
		}

		// Tools of what is not there are not needed either.
		return {...planned, tools: [], found: error.message, resolved: null};
	}
};
