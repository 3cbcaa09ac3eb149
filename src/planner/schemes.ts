import type {Eraser} from '../erasers/eraser.ts';
import {describePasses, findScheme} from '../erasers/pattern/scheme.ts';
import type {PlannedEraser, Refusal} from '../plan.ts';

type Options = Readonly<Record<string, unknown>>;

/** The options of an erase, with what the command line says instead. A scheme of the recipe is for the eraser of the recipe. */
export const overrideEraser = (
	{scheme: own, ...options}: Options,
	{
		eraser,
		method,
		psidFile,
		scheme = eraser === undefined || eraser === options['eraser'] ? own : undefined,
	}: Options,
): Options => ({
	...options,
	...(eraser !== undefined && {eraser}),
	...(method !== undefined && {method}),
	...(psidFile !== undefined && {psidFile}),
	...(scheme !== undefined && {scheme}),
});

/** What the eraser will write: the scheme that was asked for, or its first. */
export const planScheme = (
	{schemes = []}: Pick<Eraser, 'schemes'>,
	wanted: unknown,
): Pick<PlannedEraser, 'scheme'> => {
	const scheme = typeof wanted === 'string' ? findScheme(schemes, wanted) : schemes[0];
	return scheme
		? {scheme: {name: scheme.name, passes: [...scheme.passes], text: describePasses(scheme.passes)}}
		: {};
};

/** A scheme that the eraser does not know is not left out without a word. */
export const schemeRefusals = (
	{eraser: name, scheme}: Options,
	erasers: readonly Eraser[],
): readonly Refusal[] => {
	if (typeof scheme !== 'string') {
		return [];
	}

	const knows = ({schemes = []}: Eraser) => findScheme(schemes, scheme) !== undefined;
	const eraser = erasers.find(eraser => eraser.name === name);
	const able = erasers.filter(knows).map(({name}) => name);
	return eraser && knows(eraser)
		? []
		: [
				{
					code: 'USAGE',
					message: `the eraser ${String(name)} has no scheme ${scheme}`,
					hint:
						able.length === 0
							? 'see: zeroize erasers'
							: `take the eraser that knows it (--eraser ${able.join(' or ')}), or no scheme`,
				},
			];
};

/** What chooses how to erase is not left out without a word where nothing is erased. */
export const uselessOptions = (overrides: Options): readonly Refusal[] =>
	['eraser', 'scheme', 'method', 'psidFile']
		.filter(option => overrides[option] !== undefined)
		.map(option => option.replace('psidFile', 'psid-file'))
		.map(name => ({
			code: 'USAGE',
			message: `--${name} has no meaning here: the recipe erases nothing`,
			hint: `leave --${name} out, or take another recipe: zeroize recipes`,
		}));
