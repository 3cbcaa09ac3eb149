// Nothing that we read or write is nested half as deep; whoever walks it may do so by recursion.
const deepest = 64;

const [quote, backslash, openBracket, closeBracket, openBrace, closeBrace] = [...'"\\[]{}'].map(character =>
	character.charCodeAt(0),
);

/**
Text from outside as JSON.
@throws SyntaxError where it is not JSON, or nested more than 64 levels deep.
*/
export const parseJson = (text: string): unknown => {
	if (isTooDeep(text)) {
		throw new TooDeep('it is nested too deeply');
	}

	return JSON.parse(text);
};

class TooDeep extends SyntaxError {}

/** What {@link parseJson} says, in our words: V8's quote the text. */
export const jsonFlaw = (error: unknown): string =>
	error instanceof TooDeep ? error.message : 'it is not JSON';

/** Counts brackets outside of strings. */
const isTooDeep = (text: string): boolean => {
	let depth = 0;
	let isString = false;
	for (let index = 0; index < text.length; index += 1) {
		const code = text.charCodeAt(index);
		if (code === quote) {
			isString = !isString;
		} else if (isString) {
			index += code === backslash ? 1 : 0;
		} else if (code === openBracket || code === openBrace) {
			depth += 1;
			if (depth > deepest) {
				return true;
			}
		} else if (code === closeBracket || code === closeBrace) {
			depth -= 1;
		}
	}

	return false;
};
