import {
	type ErrorCode,
	isAlias,
	isMap,
	isScalar,
	isSeq,
	LineCounter,
	type ParsedNode,
	parseDocument,
	type YAMLError,
	type YAMLMap,
} from 'yaml';
import {shown} from '../shown.ts';

/** Something wrong with a recipe, at a line from 1. */
export interface Problem {
	readonly line: number;
	readonly message: string;
	readonly hint: string;
}

export type Path = readonly PropertyKey[];

/** A recipe file as plain data, and where each part of it stands. */
export interface Source {
	readonly value: unknown;
	readonly problems: readonly Problem[];
	/** Line of the key or list entry at `path`; of what holds it, where it does not exist. */
	lineAt(path: Path): number;
}

const largestBytes = 64 * 1024;
const deepest = 8;

const parseOptions = {
	strict: true,
	stringKeys: true,
	schema: 'core',
	merge: false,
	resolveKnownTags: false,
	prettyErrors: false,
	// Ours is linear in the number of keys and names the first line.
	uniqueKeys: false,
} as const;

interface Reading {
	readonly lineCounter: LineCounter;
	readonly lines: Map<string, number>;
	readonly problems: Problem[];
}

/** Reads YAML as data alone: no aliases, no tags, no duplicate keys, one document. Never throws. */
export const readSource = (text: string): Source => {
	const reading: Reading = {lineCounter: new LineCounter(), lines: new Map([[keyOf([]), 1]]), problems: []};
	const value = readText(text, reading);
	return {
		value,
		problems: reading.problems,
		lineAt: path => lineAt(path, reading.lines),
	};
};

const readText = (text: string, reading: Reading): unknown => {
	if (Buffer.byteLength(text) > largestBytes) {
		reading.problems.push({
			line: 1,
			message: `the file is larger than ${largestBytes / 1024} KiB`,
			hint: 'a recipe is a few lines of YAML',
		});
		return null;
	}

	try {
		return readDocument(text, reading);
	} catch (error) {
		// The parser recurses: what is nested thousands deep ends its stack.
		if (!(error instanceof RangeError)) {
			throw error;
		}

		reading.problems.push(tooDeep(1));
		return null;
	}
};

const readDocument = (text: string, reading: Reading): unknown => {
	const {lineCounter, problems, lines} = reading;
	const document = parseDocument(text, {...parseOptions, lineCounter});
	for (const error of [...document.errors, ...document.warnings]) {
		problems.push(yamlProblem(error, lineCounter));
	}

	const {contents} = document;
	if (contents) {
		lines.set(keyOf([]), lineOf(contents, reading));
	}

	return problems.length > 0 ? null : readNode(contents, [], reading);
};

// Where the parser's words are about its own options.
const yamlMessages: Readonly<Partial<Record<ErrorCode, string>>> = {
	MULTIPLE_DOCS: 'a recipe is one document',
	NON_STRING_KEY: 'a key must be text',
};

const yamlProblem = ({code, message, pos}: YAMLError, lineCounter: LineCounter): Problem => {
	const {line} = lineCounter.linePos(pos[0]);
	return code === 'RESOURCE_EXHAUSTION'
		? tooDeep(line)
		: {
				line,
				message: shown(yamlMessages[code] ?? message.charAt(0).toLowerCase() + message.slice(1)),
				hint: 'write it as plain YAML: mappings, lists, text, numbers, true and false',
			};
};

const readNode = (node: ParsedNode | null, path: Path, reading: Reading): unknown => {
	if (node === null) {
		return null;
	}

	if (path.length > deepest) {
		reading.problems.push(tooDeep(lineOf(node, reading)));
		return null;
	}

	if (isMap(node)) {
		return readMap(node, path, reading);
	}

	if (isSeq(node)) {
		return node.items.map((item, index) => {
			reading.lines.set(keyOf([...path, index]), lineOf(item, reading));
			return readNode(item, [...path, index], reading);
		});
	}

	if (isAlias(node)) {
		reading.problems.push({
			line: lineOf(node, reading),
			message: `the alias *${shown(node.source)} is not allowed`,
			hint: 'write the value out',
		});
		return null;
	}

	return node.value;
};

const readMap = (map: YAMLMap.Parsed, path: Path, reading: Reading): Record<string, unknown> => {
	// Without a prototype, so that "__proto__" is a key like any other.
	const value: Record<string, unknown> = Object.create(null);
	for (const {key, value: node} of map.items) {
		const name = isScalar(key) ? String(key.value) : '';
		const line = lineOf(key, reading);
		if (Object.hasOwn(value, name)) {
			const first = lineAt([...path, name], reading.lines);
			reading.problems.push({
				line,
				message: `the key "${shown(name)}" stands twice, first on line ${first}`,
				hint: 'keep one of them',
			});
			continue;
		}

		reading.lines.set(keyOf([...path, name]), line);
		value[name] = readNode(node, [...path, name], reading);
	}

	return value;
};

const tooDeep = (line: number): Problem => ({
	line,
	message: 'nested too deeply',
	hint: 'a recipe needs no more than a list of steps with their options',
});

const lineOf = (node: ParsedNode, {lineCounter}: Reading): number => lineCounter.linePos(node.range[0]).line;

const lineAt = (path: Path, lines: ReadonlyMap<string, number>): number =>
	lines.get(keyOf(path)) ?? (path.length > 0 ? lineAt(path.slice(0, -1), lines) : 1);

const keyOf = (path: Path): string => JSON.stringify(path);
