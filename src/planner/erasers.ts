import type {DeviceFacts} from '../devices/device.ts';
import {hiddenFrom} from '../devices/drive/words.ts';
import type {ReadRates} from '../devices/measure.ts';
import {notCoveredByOverwrite} from '../devices/media.ts';
import {type Choice, chooseEraser, techniquesOf, type Wanted} from '../erasers/choose.ts';
import {type Eraser, techniques, unsupported} from '../erasers/eraser.ts';
import type {PlannedDevice, PlannedEraser, Refusal} from '../plan.ts';
import {planScheme} from './schemes.ts';

type Options = Readonly<Record<string, unknown>>;

interface ErasersInput {
	readonly erasers: readonly Eraser[];
	readonly rates?: ReadonlyMap<string, ReadRates>;
	readonly overrides: {readonly eraser?: string};
}

interface PlannedChoice extends Choice {
	/** Absent where there is no eraser. */
	readonly planned?: PlannedEraser;
}

/** The eraser of a device, by the options of the step. Pure. */
export const planEraser = (facts: DeviceFacts, options: Options, input: ErasersInput): PlannedChoice => {
	const wanted = wantedBy(options);
	const erasers = ableWith(options, input.erasers);
	const choice = chooseEraser(wanted, facts, erasers, input.rates?.get(facts.path));
	const {eraser, reason} = choice;
	if (!eraser) {
		return choice;
	}

	const node = facts.target.startsWith('loop:') ? '/dev/loopN' : facts.path;
	const known = techniquesOf(eraser, facts);
	const technique = known.find(name => name === wanted.technique) ?? known[0] ?? eraser.technique;
	const command = eraser.command(facts, node, technique);
	const planned: PlannedEraser = {
		name: eraser.name,
		method: eraser.method,
		technique,
		reason: input.overrides.eraser || reason !== 'asked for' ? reason : 'named by the recipe',
		...(command && {command}),
		...planScheme(eraser, options['scheme']),
	};
	return {...choice, planned};
};

/** Without a PSID `auto` has no use for what needs one; who is named says so himself. */
const ableWith = ({eraser: name, psidFile}: Options, erasers: readonly Eraser[]): readonly Eraser[] =>
	psidFile !== undefined || (typeof name === 'string' && name !== 'auto')
		? erasers
		: erasers.map(eraser => (eraser.needsPsid ? {...eraser, supports: withoutPsid(eraser)} : eraser));

const withoutPsid =
	({supports}: Eraser): Eraser['supports'] =>
	facts => {
		const support = supports(facts);
		return support.supported ? unsupported('it needs the PSID on the label: --psid-file FILE') : support;
	};

/** What a drive does to itself before it is overwritten: nothing where it cannot, and the recipe does without. Pure. */
export const planPurge = (facts: DeviceFacts, options: Options, input: ErasersInput): PlannedChoice => {
	const {planned, ...choice} = planEraser(facts, {...options, method: 'purge'}, input);
	return choice.notPurged === undefined && planned ? {...choice, planned} : {...choice, eraser: undefined};
};

/** What overwrites a device after a purge: never what lets the drive do it again. Pure. */
export const planOverwrite = (facts: DeviceFacts, options: Options, input: ErasersInput): PlannedChoice => {
	const {planned, ...choice} = planEraser(facts, {...options, method: 'clear'}, input);
	const {eraser} = choice;
	if (eraser?.leaves === 'drive-defined') {
		const reason = `${eraser.name} lets the drive erase itself, and after the purge it is overwritten`;
		return {...choice, eraser: undefined, reason};
	}

	return planned ? {...choice, planned} : choice;
};

const wantedBy = ({eraser: named, method, technique, fallback}: Options): Wanted => {
	const eraser = typeof named === 'string' ? named : 'auto';
	const known = techniques.find(name => name === technique);
	// Nothing that only overwrites has another one.
	const isPurge = method === undefined && eraser === 'auto' && known !== undefined && known !== 'overwrite';
	return {
		eraser,
		...((method === 'clear' || method === 'purge') && {method}),
		...(isPurge && {method: 'purge'}),
		...(known && {technique: known}),
		...(fallback === 'clear' && {fallback}),
	};
};

/** What could purge a device that `eraser` clears. */
export const purgesBeside = (
	eraser: Eraser | undefined,
	facts: DeviceFacts,
	erasers: readonly Eraser[],
): Pick<PlannedDevice, 'purges'> => {
	const purges = erasers
		.filter(({method}) => method === 'purge' && eraser?.method === 'clear')
		.filter(other => other.supports(facts).supported)
		.map(other => ({
			eraser: other.name,
			technique: techniquesOf(other, facts)[0] ?? other.technique,
		}));
	return purges.length > 0 ? {purges} : {};
};

/** Erasers that cannot do it, and why: as one choice says, and what the other says besides. */
export const unsuitableOf = (
	first: Pick<Choice, 'unsuitable'> = {unsuitable: []},
	second: Pick<Choice, 'unsuitable'> = {unsuitable: []},
): PlannedDevice['unsuitable'] => {
	const names = new Set(first.unsuitable.map(({eraser}) => eraser));
	return [...first.unsuitable, ...second.unsuitable.filter(({eraser}) => !names.has(eraser))];
};

/** What an eraser cannot reach on a device; without one what an overwrite would not reach. */
export const notCoveredBy = (eraser: Eraser | undefined, facts: DeviceFacts): readonly string[] => {
	const {method = 'clear', notCovered = [], reachesHidden = false} = eraser ?? {};
	if (method === 'clear') {
		return [...notCoveredByOverwrite(facts), ...notCovered];
	}

	return [...(reachesHidden ? [] : hiddenFrom(facts)), ...notCovered];
};

export const eraserRefusal = (facts: DeviceFacts, choice: Choice, {method}: Options): readonly Refusal[] => {
	if (choice.eraser) {
		return [];
	}

	return method === 'purge'
		? [refusal(facts, choice, {verb: 'purged', hint: `${fallBack}, or ask for a clear: --method clear`})]
		: [refusal(facts, choice, {verb: 'erased', hint: 'see: zeroize erasers; then --eraser NAME'})];
};

/** What the step `purge` cannot do is refused, unless the recipe does without. */
export const purgeRefusal = (facts: DeviceFacts, choice: Choice): readonly Refusal[] =>
	choice.eraser || choice.notPurged !== undefined
		? []
		: [refusal(facts, choice, {verb: 'purged', hint: `${fallBack} in its step purge`})];

const fallBack = 'see: zeroize devices; a recipe may say "fallback: clear"';

const refusal = (
	{target, path}: DeviceFacts,
	{reason}: Choice,
	{verb, hint}: {readonly verb: string; readonly hint: string},
): Refusal => ({target, code: 'UNSUPPORTED', message: `${path} cannot be ${verb}: ${reason}`, hint});

/** The secret on the label is not there, or is of no use. */
export const psidRefusal = (
	{target, path}: DeviceFacts,
	eraser: Eraser | undefined,
	options: Options = {},
): readonly Refusal[] =>
	eraser?.needsPsid && options['psidFile'] === undefined
		? [
				{
					target,
					code: 'KEY_UNUSABLE',
					message: `${path}: ${eraser.name} needs the PSID of the drive`,
					hint: 'write what is printed on its label into a file of mode 0600, and name it: --psid-file FILE',
				},
			]
		: [];
