import type {DeviceFacts} from '../devices/device.ts';
import {hiddenFrom} from '../devices/drive/words.ts';
import type {ReadRates} from '../devices/measure.ts';
import {notCoveredByOverwrite} from '../devices/media.ts';
import {type Choice, chooseEraser, type Wanted} from '../erasers/choose.ts';
import {type Eraser, unsupported} from '../erasers/eraser.ts';
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
	const erasers = ableWith(options, input.erasers);
	const choice = chooseEraser(wantedBy(options), facts, erasers, input.rates?.get(facts.path));
	const {eraser, reason} = choice;
	if (!eraser) {
		return choice;
	}

	const node = facts.target.startsWith('loop:') ? '/dev/loopN' : facts.path;
	const technique = eraser.techniques?.(facts)[0] ?? eraser.technique;
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

const wantedBy = ({eraser, method, fallback}: Options): Wanted => ({
	eraser: typeof eraser === 'string' ? eraser : 'auto',
	...((method === 'clear' || method === 'purge') && {method}),
	...(fallback === 'clear' && {fallback}),
});

/** What could purge a device that `eraser` clears. */
export const purgesBeside = (
	eraser: Eraser | undefined,
	facts: DeviceFacts,
	erasers: readonly Eraser[],
): Pick<PlannedDevice, 'purges'> => {
	const purges = erasers
		.filter(({method}) => method === 'purge' && eraser?.method === 'clear')
		.filter(other => other.supports(facts).supported)
		.map(({name, technique, techniques}) => ({
			eraser: name,
			technique: techniques?.(facts)[0] ?? technique,
		}));
	return purges.length > 0 ? {purges} : {};
};

/** What an eraser cannot reach on a device; without one what an overwrite would not reach. */
export const notCoveredBy = (eraser: Eraser | undefined, facts: DeviceFacts): readonly string[] => {
	const {method = 'clear', notCovered = [], reachesHidden = false} = eraser ?? {};
	if (method === 'clear') {
		return [...notCoveredByOverwrite(facts), ...notCovered];
	}

	return [...(reachesHidden ? [] : hiddenFrom(facts)), ...notCovered];
};

export const eraserRefusal = (
	{target, path}: DeviceFacts,
	{eraser, reason}: Choice,
	{method}: Options,
): readonly Refusal[] =>
	eraser
		? []
		: [
				{
					target,
					code: 'UNSUPPORTED',
					message: `${path} cannot be ${method === 'purge' ? 'purged' : 'erased'}: ${reason}`,
					hint:
						method === 'purge'
							? 'see: zeroize devices; a recipe may say "fallback: clear", or ask for a clear: --method clear'
							: 'see: zeroize erasers; then --eraser NAME',
				},
			];

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
