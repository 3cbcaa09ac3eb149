import {closestMatch} from 'leven';
import type * as v from 'valibot';
import {shown} from '../shown.ts';
import type {Path, Problem, Source} from './source.ts';

type Issue = v.BaseIssue<unknown>;

/** What a failed check means for who wrote the recipe: one problem, or one for each unknown key of a mapping. */
export const describeIssue = (issue: Issue, schema: v.GenericSchema, source: Source): readonly Problem[] => {
	const path = (issue.path ?? []).map(({key}) => key as PropertyKey);
	const holder = issue.path?.at(-1)?.input;
	const say = (message: string, hint: string, at: Path = path): Problem => ({
		line: source.lineAt(at),
		message,
		hint,
	});

	if (Array.isArray(holder) && issue.path?.at(-1)?.type === 'object') {
		const at = path.slice(0, -1);
		return [say(`${nameOf(at)} must be a mapping, found a list`, 'write it as "key: value" lines', at)];
	}

	if (issue.path?.at(-1)?.origin === 'key') {
		return issue.expected === 'never'
			? unknownKeys(holder, path.slice(0, -1), schema, source)
			: [
					say(
						`missing key "${shown(String(path.at(-1)))}"${inside(path, source)}`,
						`add "${String(path.at(-1))}: …"`,
					),
				];
	}

	if (issue.type === 'variant') {
		return [describeStep(issue, say)];
	}

	return [say(`${nameOf(path)} must be ${expectation(issue)}, found ${found(issue.input)}`, hintFor(issue))];
};

/** The one of `names` that `name` was probably meant to be. */
export const nearest = (name: string, names: readonly string[]): string | undefined =>
	name.length > longestName
		? undefined
		: closestMatch(name, names, {maxDistance: Math.max(2, Math.floor(name.length / 3))});

// The search is quadratic.
const longestName = 100;

const suggest = (name: string, names: readonly string[]): string => {
	const near = nearest(name, names);
	return near === undefined ? `the names are: ${names.join(', ')}` : `did you mean "${near}"?`;
};

const unknownKeys = (
	holder: unknown,
	path: Path,
	schema: v.GenericSchema,
	source: Source,
): readonly Problem[] => {
	const known = Object.keys(entriesAt(schema as Branch, path, source.value));
	const unknown = Object.keys(holder as object).filter(key => !known.includes(key));
	const isStep = path.length === 2 && path[0] === 'steps';
	return unknown.map(key => ({
		line: source.lineAt([...path, key]),
		message: `unknown ${isStep ? 'option' : 'key'} "${shown(key)}"${inside([...path, key], source)}`,
		hint:
			known.length === 1 && isStep
				? 'it has no options'
				: suggest(
						key,
						known.filter(name => name !== 'step'),
					),
	}));
};

const describeStep = (issue: Issue, say: (message: string, hint: string) => Problem): Problem => {
	const names = listed(issue.expected);
	if (issue.expected === 'Object') {
		return say(`a step must be a mapping, found ${found(issue.input)}`, 'write it as "- step: NAME"');
	}

	if (issue.input === undefined) {
		return say('missing key "step"', `the names are: ${names.join(', ')}`);
	}

	return typeof issue.input === 'string'
		? say(`unknown step "${shown(issue.input)}"`, suggest(issue.input, names))
		: say(
				`"step" must be the name of a step, found ${found(issue.input)}`,
				`the names are: ${names.join(', ')}`,
			);
};

const inside = (path: Path, {value}: Source): string => {
	const holder = path.slice(0, -1);
	if (holder.length === 0) {
		return '';
	}

	const step = holder.length === 2 ? valueAt(value, [...holder, 'step']) : undefined;
	return typeof step === 'string' ? ` of step "${shown(step)}"` : ` in ${nameOf(holder)}`;
};

const nameOf = (path: Path): string => {
	const last = path.at(-1);
	if (last === undefined) {
		return 'a recipe';
	}

	return typeof last === 'number' ? 'a step' : `"${shown(String(last))}"`;
};

const words: Readonly<Record<string, string>> = {
	string: 'text',
	number: 'a number',
	boolean: 'true or false',
	Array: 'a list',
	Object: 'a mapping',
	null: 'nothing',
};

const longestExpectation = 500;

// A message of our own says what the value must be; valibot's begin with "Invalid".
const expectation = ({message, expected}: Issue): string => {
	if (!message.startsWith('Invalid ')) {
		// A check's words may have the value in them.
		return shown(message, longestExpectation);
	}

	const options = listed(expected);
	return options.length > 1 && !options.some(option => option in words)
		? `one of ${options.join(', ')}`
		: options.map(option => words[option] ?? option).join(' or ');
};

const hintFor = (issue: Issue): string =>
	issue.type === 'picklist' && typeof issue.input === 'string'
		? suggest(issue.input, listed(issue.expected))
		: `change it to ${expectation(issue)}`;

/** The alternatives in valibot's `("full" | "none")`. */
const listed = (expected: string | null): readonly string[] =>
	(expected ?? '')
		.replaceAll(/^\(|\)$/g, '')
		.split(' | ')
		.map(option => option.replaceAll(/^"|"$/g, ''));

const found = (input: unknown): string => {
	if (input === null || input === undefined) {
		return 'nothing';
	}

	if (typeof input === 'object') {
		return Array.isArray(input) ? 'a list' : 'a mapping';
	}

	return typeof input === 'string'
		? `the text ${JSON.stringify(input.slice(0, 60))}`
		: `the ${typeof input} ${input}`;
};

const valueAt = (value: unknown, path: Path): unknown =>
	path.reduce<unknown>((holder, key) => (holder as Record<PropertyKey, unknown> | null)?.[key], value);

/** A schema as far as keys are looked for in it. */
interface Branch {
	readonly type: string;
	readonly wrapped?: Branch;
	readonly item?: Branch;
	readonly entries?: Readonly<Record<PropertyKey, Branch>>;
	readonly options?: readonly Branch[];
	readonly literal?: unknown;
}

/** The keys that a schema allows at `path`; the alternatives of a variant are told apart by their `step`. */
const entriesAt = (schema: Branch, path: Path, value: unknown): Readonly<Record<PropertyKey, Branch>> => {
	if (schema.wrapped) {
		return entriesAt(schema.wrapped, path, value);
	}

	if (schema.item && path.length > 0) {
		return entriesAt(schema.item, path.slice(1), valueAt(value, path.slice(0, 1)));
	}

	const [key, ...rest] = path;
	const entries = schema.entries ?? optionFor(schema, value)?.entries ?? {};
	const next = key === undefined ? undefined : entries[key];
	return key === undefined || !next ? entries : entriesAt(next, rest, valueAt(value, [key]));
};

const optionFor = ({options}: Branch, value: unknown): Branch | undefined =>
	options?.find(({entries}) => entries?.['step']?.literal === valueAt(value, ['step']));
