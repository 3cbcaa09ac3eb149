import type {DeviceFacts} from '../devices/device.ts';
import type {ReadRates} from '../devices/measure.ts';
import {formatRate} from '../progress.ts';
import {type Eraser, foreign, type Method, type Support, type Technique, unsupported} from './eraser.ts';

/** What is asked for. */
export interface Wanted {
	/** A name, or `auto`. */
	readonly eraser: string;
	/** The method that it must be of; with `auto` a clear where nothing is said. */
	readonly method?: Method;
	/** What the drive must do it by, of all that it can; one that no overwrite has asks for a purge, where no method is said. */
	readonly technique?: Technique;
	/** What is done where nothing can do what is asked for. */
	readonly fallback?: 'clear';
}

export interface Choice {
	readonly eraser: Eraser | undefined;
	/** Why this one; or, where there is none, why not. */
	readonly reason: string;
	/** Why nothing purges it, where that is asked for and this one clears it instead. */
	readonly notPurged?: string;
	/** Erasers that cannot do it, and why; without those that are for other kinds of devices. */
	readonly unsuitable: ReadonlyArray<{readonly eraser: string; readonly reason: string}>;
}

/** What this eraser can do on a device, the best first. Pure. */
export const techniquesOf = ({technique, techniques}: Eraser, facts: DeviceFacts): readonly Technique[] =>
	techniques?.(facts) ?? [technique];

/** Whether an eraser can do it by this technique. */
const supportFor = (eraser: Eraser, facts: DeviceFacts, technique: Technique | undefined): Support => {
	const support = eraser.supports(facts);
	const known = techniquesOf(eraser, facts);
	if (!support.supported || technique === undefined || known.includes(technique)) {
		return support;
	}

	const reason = `it does it by ${known.join(' or ')}, and ${technique} is asked for`;
	return eraser.method === 'purge' ? unsupported(reason) : foreign(reason);
};

type Found = Pick<Choice, 'eraser' | 'reason'>;

interface Obstacle {
	readonly reason: string;
	readonly isForeign: boolean;
}

interface Candidates {
	readonly all: readonly Eraser[];
	readonly suitable: readonly Eraser[];
	/** Why not, by name. */
	readonly obstacles: ReadonlyMap<string, Obstacle>;
}

/** The eraser for a device: the one that was named; with `auto` the faster of those that write every byte to it, or the best of the drive's own where a purge is asked for. Never one of another method, unless `fallback` says so. Pure. */
export const chooseEraser = (
	wanted: Wanted,
	facts: DeviceFacts,
	erasers: readonly Eraser[],
	rates?: ReadRates,
): Choice => {
	const looked = erasers.map(eraser => ({eraser, support: supportFor(eraser, facts, wanted.technique)}));
	const entries = looked.flatMap(({eraser: {name: eraser}, support}) =>
		support.supported ? [] : [{eraser, reason: support.reason, isForeign: support.isForeign ?? false}],
	);
	const candidates: Candidates = {
		all: erasers,
		suitable: looked.flatMap(({eraser, support}) => (support.supported ? [eraser] : [])),
		obstacles: new Map(entries.map(({eraser, ...obstacle}) => [eraser, obstacle])),
	};
	const unsuitable = entries
		.filter(({isForeign}) => !isForeign)
		.map(({eraser, reason}) => ({eraser, reason}));
	const found =
		wanted.eraser === 'auto' ? chooseByItself(wanted, candidates, rates) : findNamed(wanted, candidates);
	if (found.eraser || !mayFallBack(wanted, erasers)) {
		return {...found, unsuitable};
	}

	const instead = chooseFastest(
		erasers.filter(eraser => eraser.supports(facts).supported),
		rates,
	);
	const reason = `clear in place of purge, as the recipe allows: ${found.reason}`;
	return {eraser: instead.eraser, reason, notPurged: found.reason, unsuitable};
};

/** In place of a purge alone, and never for a name that nobody knows. */
const mayFallBack = ({eraser: name, method, fallback}: Wanted, erasers: readonly Eraser[]): boolean => {
	const eraser = erasers.find(eraser => eraser.name === name);
	return (
		fallback !== undefined &&
		(eraser !== undefined || name === 'auto') &&
		(method ?? eraser?.method) === 'purge'
	);
};

const findNamed = ({eraser: name, method}: Wanted, {all, obstacles}: Candidates): Found => {
	const eraser = all.find(eraser => eraser.name === name);
	const obstacle = obstacles.get(name);
	if (!eraser) {
		return {eraser, reason: `there is no eraser "${name}"`};
	}

	if (obstacle) {
		return {eraser: undefined, reason: `${name}: ${obstacle.reason}`};
	}

	return method === undefined || eraser.method === method
		? {eraser, reason: 'asked for'}
		: {eraser: undefined, reason: `${name} is a ${eraser.method}, and a ${method} is asked for`};
};

const chooseByItself = (
	{method, technique}: Wanted,
	candidates: Candidates,
	rates: ReadRates | undefined,
): Found => {
	if (method !== 'purge') {
		const found = chooseFastest(candidates.suitable, rates);
		return found.eraser || technique === undefined
			? found
			: {eraser: undefined, reason: `auto clears by overwrite alone, and ${technique} is asked for`};
	}

	const able = candidates.suitable.filter(({method}) => method === 'purge');
	const eraser = purges.map(name => able.find(eraser => eraser.name === name)).find(found => found);
	return {
		eraser,
		reason: eraser ? 'chosen by auto: the best that the drive can do by itself' : whyNoPurge(candidates),
	};
};

/** Of what is for other kinds of drives no more than there is to say. */
const whyNoPurge = ({all, obstacles}: Candidates): string => {
	const reasons = all
		.filter(({method, methodOn}) => method === 'purge' || methodOn)
		.map(({name, method}) => ({
			name,
			...(obstacles.get(name) ?? {reason: notByItself(method), isForeign: false}),
		}));
	const own = reasons.filter(({isForeign}) => !isForeign);
	return own.length > 0
		? own.map(({name, reason}) => `${name}: ${reason}`).join('; ')
		: [...new Set(reasons.map(({reason}) => reason))].join('; ');
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
