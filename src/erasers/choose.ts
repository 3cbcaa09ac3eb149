import type {DeviceFacts} from '../devices/device.ts';
import type {ReadRates} from '../devices/measure.ts';
import {formatRate} from '../progress.ts';
import type {Eraser, Method} from './eraser.ts';

/** What is asked for. */
export interface Wanted {
	/** A name, or `auto`. */
	readonly eraser: string;
	/** The method that it must be of; with `auto` a clear where nothing is said. */
	readonly method?: Method;
	/** What is done where nothing can do what is asked for. */
	readonly fallback?: 'clear';
}

export interface Choice {
	readonly eraser: Eraser | undefined;
	/** Why this one; or, where there is none, why not. */
	readonly reason: string;
	/** Erasers that cannot do it, and why; without those that are for other kinds of devices. */
	readonly unsuitable: ReadonlyArray<{readonly eraser: string; readonly reason: string}>;
}

type Found = Pick<Choice, 'eraser' | 'reason'>;

interface Candidates {
	readonly all: readonly Eraser[];
	readonly suitable: readonly Eraser[];
	/** Why not, by name. */
	readonly obstacles: ReadonlyMap<string, string>;
}

/** The eraser for a device: the one that was named; with `auto` the faster of those that write every byte to it, or the best of the drive's own where a purge is asked for. Never one of another method, unless `fallback` says so. Pure. */
export const chooseEraser = (
	wanted: Wanted,
	facts: DeviceFacts,
	erasers: readonly Eraser[],
	rates?: ReadRates,
): Choice => {
	const looked = erasers.map(eraser => ({eraser, support: eraser.supports(facts)}));
	const entries = looked.flatMap(({eraser: {name: eraser}, support}) =>
		support.supported ? [] : [{eraser, reason: support.reason, isForeign: support.isForeign ?? false}],
	);
	const candidates: Candidates = {
		all: erasers,
		suitable: looked.flatMap(({eraser, support}) => (support.supported ? [eraser] : [])),
		obstacles: new Map(entries.map(({eraser, reason}) => [eraser, reason])),
	};
	const unsuitable = entries
		.filter(({isForeign}) => !isForeign)
		.map(({eraser, reason}) => ({eraser, reason}));
	const found =
		wanted.eraser === 'auto' ? chooseByItself(wanted, candidates, rates) : findNamed(wanted, candidates);
	const isMisspelt = wanted.eraser !== 'auto' && !erasers.some(({name}) => name === wanted.eraser);
	if (found.eraser || isMisspelt || wanted.fallback === undefined) {
		return {...found, unsuitable};
	}

	const instead = chooseFastest(candidates.suitable, rates);
	const reason = `clear in place of purge, as the recipe allows: ${found.reason}`;
	return {eraser: instead.eraser, reason, unsuitable};
};

const findNamed = ({eraser: name, method}: Wanted, {all, obstacles}: Candidates): Found => {
	const eraser = all.find(eraser => eraser.name === name);
	const obstacle = obstacles.get(name);
	if (!eraser || obstacle !== undefined) {
		const reason = eraser ? `${name}: ${obstacle}` : `there is no eraser "${name}"`;
		return {eraser: undefined, reason};
	}

	return method === undefined || eraser.method === method
		? {eraser, reason: 'asked for'}
		: {eraser: undefined, reason: `${name} is a ${eraser.method}, and a ${method} is asked for`};
};

const chooseByItself = (
	{method}: Wanted,
	{all, suitable, obstacles}: Candidates,
	rates: ReadRates | undefined,
): Found => {
	if (method !== 'purge') {
		return chooseFastest(suitable, rates);
	}

	const able = suitable.filter(({method}) => method === 'purge');
	const eraser = purges.map(name => able.find(eraser => eraser.name === name)).find(found => found);
	const reasons = all
		.filter(({method, methodOn}) => method === 'purge' || methodOn)
		.map(({name, method}) => `${name}: ${obstacles.get(name) ?? notByItself(method)}`);
	return {
		eraser,
		reason: eraser ? 'chosen by auto: the best that the drive can do by itself' : reasons.join('; '),
	};
};

const notByItself = (method: Method): string =>
	method === 'purge' ? 'only where it is named' : 'what it does to this drive is a clear';

// The best first: what reaches all of the media, then what reaches what the host can see of them.
const purges = [
	'nvme-sanitize',
	'scsi-sanitize',
	'ata-sanitize',
	'mmc-secure',
	'nvme-format',
	'ata-security-erase',
	'opal-revert',
];

/** Rates of some hundredths of a second are as good as equal below this. */
const clearly = 1.2;

// The device itself zeroing ranges, and several passes, are for those who ask for them.
const chooseFastest = (suitable: readonly Eraser[], rates: ReadRates | undefined): Found => {
	const [own, dd] = ['direct', 'dd'].map(name => suitable.find(eraser => eraser.name === name));
	if (!own || !dd) {
		const eraser = own ?? dd;
		return {
			eraser,
			reason: eraser
				? 'chosen by auto: the only one that can write every byte of it'
				: 'no eraser can erase it',
		};
	}

	if (!rates) {
		return {eraser: own, reason: 'chosen by auto: it could not be measured, and this needs no other program'};
	}

	const {oneAtATime, fourAtATime, of} = rates;
	const eraser = oneAtATime > fourAtATime * clearly ? dd : own;
	const measured = `reading ${of ?? 'it'} gave ${formatRate(fourAtATime)} four blocks at a time, ${formatRate(oneAtATime)} one at a time as dd does`;
	return {eraser, reason: `chosen by auto: ${measured}`};
};
