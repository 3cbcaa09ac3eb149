import type {Eraser} from '../erasers/eraser.ts';
import type {Phase, Refusal} from '../plan.ts';

type Options = Readonly<Record<string, unknown>>;

interface OverridesInput {
	readonly erasers: readonly Eraser[];
	readonly overrides: Options & {readonly verify?: Options};
}

interface Entry {
	readonly phase: Phase;
	readonly options: Options;
}

/** The options of a step, with what the command line says instead. In a recipe that purges before it overwrites, each word goes to the step that it is meant for. Pure. */
export const overrideOptions = (
	{phase, options}: Entry,
	{overrides, erasers}: OverridesInput,
	purges: boolean,
): Options => {
	const {eraser, scheme, method, technique, psidFile, verify} = overrides;
	const isPurge = erasers.some(({name, method}) => name === eraser && method === 'purge');
	switch (phase) {
		case 'purge':
			return overrideEraser(options, {technique, psidFile, ...(isPurge && {eraser})});
		case 'erase':
			return overrideEraser(
				options,
				purges ? {scheme, ...(!isPurge && {eraser})} : {eraser, scheme, method, technique, psidFile},
			);
		case 'verify':
			return {...options, ...verify};
		default:
			return options;
	}
};

/** A scheme of the recipe is for the eraser of the recipe. */
const overrideEraser = (
	{scheme: own, ...options}: Options,
	{
		eraser,
		method,
		technique,
		psidFile,
		scheme = eraser === undefined || eraser === options['eraser'] ? own : undefined,
	}: Options,
): Options => ({
	...options,
	...(eraser !== undefined && {eraser}),
	...(method !== undefined && {method}),
	...(technique !== undefined && {technique}),
	...(psidFile !== undefined && {psidFile}),
	...(scheme !== undefined && {scheme}),
});

/** What chooses how to erase is not left out without a word where it chooses nothing. Pure. */
export const uselessOptions = (
	steps: readonly Entry[],
	{overrides}: Pick<OverridesInput, 'overrides'>,
): readonly Refusal[] => {
	const erase = steps.find(({phase}) => phase === 'erase');
	if (!erase) {
		return ['eraser', 'scheme', 'method', 'technique', 'psidFile']
			.filter(option => overrides[option] !== undefined)
			.map(option => option.replace('psidFile', 'psid-file'))
			.map(name => ({
				code: 'USAGE',
				message: `--${name} has no meaning here: the recipe erases nothing`,
				hint: `leave --${name} out, or take another recipe: zeroize recipes`,
			}));
	}

	const purges = steps.some(({phase}) => phase === 'purge');
	return purges && (overrides['method'] === 'clear' || erase.options['method'] === 'purge')
		? [contradiction(overrides['method'] === 'clear')]
		: [];
};

const contradiction = (isClear: boolean): Refusal =>
	isClear
		? {
				code: 'USAGE',
				message: '--method clear contradicts the recipe: it purges before it overwrites',
				hint: 'take a recipe that only overwrites: zeroize recipes',
			}
		: {
				code: 'USAGE',
				message: 'the recipe purges in its step purge: its step erase overwrites after it',
				hint: 'leave method: purge out of step erase',
			};
