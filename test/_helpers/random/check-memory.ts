import {isDeepStrictEqual} from 'node:util';
import type {ByteRange, DeviceFacts} from '../../../src/devices/device.ts';
import type {DeviceResult} from '../../../src/events/results.ts';
import type {RunEvent} from '../../../src/events.ts';
import {joinRanges, listedRanges, sumOf} from '../../../src/ranges.ts';
import type {Verification} from '../../../src/verification/verification.ts';
import type {Scenario, ScenarioDevice} from './scenario.ts';
import type {Witness} from './witness.ts';

export interface DeviceEnd {
	readonly scenario: Scenario;
	readonly given: ScenarioDevice;
	readonly result: DeviceResult;
	readonly witness: Witness;
	/** What was on it at the start. */
	readonly before: Uint8Array;
	readonly events: readonly RunEvent[];
	/** Somebody stopped the run. */
	readonly isInterrupted: boolean;
}

/** What is wrong with what a run says of a device, seeing what is on it and what it was asked. */
export const checkMemory = (end: DeviceEnd): readonly string[] => {
	const {result, witness, before, events} = end;
	const isCommitted = events.some(
		event => event.type === 'run.committed' && event.device.path === result.path,
	);
	return [
		...(isCommitted || (witness.counts.write === 0 && Buffer.compare(before, witness.memory.bytes) === 0)
			? []
			: ['written to without a commit']),
		...checkZero(end),
		...checkUnharmed(end),
		...checkUnwritable(end),
		...checkVerification(end),
	].map(flaw => `${result.path} (${result.outcome}): ${flaw}`);
};

const checkZero = ({result, witness, given, scenario}: DeviceEnd): readonly string[] => {
	const mayBeLost = given.faults.some(({keeps}) => keeps !== undefined);
	if (result.outcome !== 'sanitized' && (result.outcome !== 'unverified' || mayBeLost)) {
		return [];
	}

	const flaws = [
		...(isZero(witness.memory.bytes) ? [] : ['it is not zero']),
		...(isZero(witness.media) ? [] : ['what a flush has confirmed is not zero']),
	];
	const look = witness.lastLook();
	if (result.outcome === 'unverified') {
		const isSeen =
			scenario.coverage !== 'none' || (look && isSame({...look, ...unused}, witness.device.facts));
		return isSeen ? flaws : [...flaws, 'the last look at it saw another device'];
	}

	return [
		...flaws,
		...(look && isSame(look, witness.device.facts)
			? []
			: ['the last look at it was not the last thing, or saw another device']),
		...(scenario.coverage === 'none' ? ['nothing was to be verified'] : []),
		...(sumOf(witness.readSinceWrite()) === result.verifiedBytes ? [] : ['it was not read as told']),
		...(scenario.coverage === 'full' && result.verifiedBytes !== given.totalBytes
			? ['it was not read to its end']
			: []),
	];
};

const unused = {holders: [], mountPoints: []};

const isSame = (look: DeviceFacts, facts: DeviceFacts): boolean =>
	look.serial === facts.serial &&
	look.totalBytes === facts.totalBytes &&
	look.deviceNumber === facts.deviceNumber &&
	look.diskSequence === facts.diskSequence &&
	look.holders.length === 0 &&
	look.mountPoints.length === 0;

/** Whatever befalls the others. */
const checkUnharmed = ({given, result, scenario, isInterrupted}: DeviceEnd): readonly string[] => {
	const wanted = scenario.coverage === 'none' ? 'unverified' : 'sanitized';
	return given.faults.length > 0 || isInterrupted || result.outcome === wanted ? [] : ['nothing befell it'];
};

const checkUnwritable = ({result, witness, given, events}: DeviceEnd): readonly string[] => {
	// What is read back was written to its end.
	const isAtEnd = events.some(
		event => event.type === 'step.started' && event.step === 'verify' && event.device === result.path,
	);
	if (result.unwritableBytes === 0 && !isAtEnd) {
		return [];
	}

	const refused = witness.refused();
	return [
		...(isListOf(refused, result.unwritable, result.unwritableRanges, result.unwritableBytes)
			? []
			: [`unwritable was ${show(refused)}, told ${show(result.unwritable)}`]),
		...(result.writtenBytes + result.unwritableBytes === given.totalBytes
			? []
			: ['what was written and what could not be do not make up the device']),
	];
};

/** What a verification that came to its end found is what is there. */
const checkVerification = ({events, result, witness, given, scenario}: DeviceEnd): readonly string[] => {
	const verification = verificationOf(events, result.path);
	if (!verification || scenario.coverage !== 'full') {
		return [];
	}

	const read = witness.readSinceWrite();
	const unread = gapsOf(read, given.totalBytes);
	const {nonZero, unreadable} = verification;
	const found = nonZeroRanges(witness.memory.bytes, read, given.sectorBytes);
	return [
		...(isListOf(unread, unreadable.listed, unreadable.count, unreadable.bytes)
			? []
			: [`unreadable was ${show(unread)}, told ${show(unreadable.listed)}`]),
		...(isListOf(found, nonZero.listed, nonZero.count, nonZero.bytes)
			? []
			: [`not zero was ${show(found)}, told ${show(nonZero.listed)}`]),
	];
};

const verificationOf = (events: readonly RunEvent[], path: string): Verification | undefined => {
	for (const event of events) {
		if (
			(event.type === 'step.finished' || event.type === 'step.failed') &&
			event.device === path &&
			event.verification
		) {
			return event.verification;
		}
	}

	return undefined;
};

export const isListOf = (
	actual: readonly ByteRange[],
	listed: readonly ByteRange[],
	count: number,
	bytes: number,
): boolean =>
	isDeepStrictEqual(actual.slice(0, listedRanges), [...listed]) &&
	actual.length === count &&
	sumOf(actual) === bytes;

export const isZero = (bytes: Uint8Array): boolean =>
	Buffer.compare(bytes, new Uint8Array(bytes.length)) === 0;

const gapsOf = (ranges: readonly ByteRange[], totalBytes: number): readonly ByteRange[] => {
	const gaps: ByteRange[] = [];
	let end = 0;
	for (const {offset, length} of [...ranges, {offset: totalBytes, length: 0}]) {
		if (offset > end) {
			gaps.push({offset: end, length: offset - end});
		}

		end = offset + length;
	}

	return gaps;
};

/** From a byte that is not zero to the last one before a sector's length of zeros, in what was read. */
export const nonZeroRanges = (
	bytes: Uint8Array,
	read: readonly ByteRange[],
	sectorBytes: number,
): readonly ByteRange[] => {
	const found: ByteRange[] = [];
	for (const {offset, length} of read) {
		const end = offset + length;
		for (let index = offset; index < end; index += 1) {
			if (bytes[index] !== 0) {
				const next = bytes.indexOf(0, index);
				const to = next === -1 ? end : Math.min(next, end);
				found.push({offset: index, length: to - index});
				index = to;
			}
		}
	}

	return joinRanges(found, sectorBytes);
};

const show = (ranges: readonly ByteRange[]): string =>
	JSON.stringify(ranges.slice(0, 5).map(({offset, length}) => [offset, length]));
