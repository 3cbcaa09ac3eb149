import {readFile} from 'node:fs/promises';
import type {DeviceResult} from '../../../src/events/results.ts';
import type {RunEvent} from '../../../src/events.ts';
import {leftover} from '../bad-disk.ts';
import {isListOf, isZero, nonZeroRanges} from './check-memory.ts';
import type {Disk} from './disk.ts';
import {writtenBytes} from './disturb.ts';
import type {LoopScenario} from './loop-scenario.ts';

export interface LoopEnd {
	readonly scenario: LoopScenario;
	readonly disk: Disk;
	readonly result: DeviceResult;
	readonly events: readonly RunEvent[];
	/** It happened, and how many events there were by then. */
	readonly disturbedAt: number | undefined;
	/** It began to, and may have happened any time after. */
	readonly disturbedFrom: number | undefined;
}

/** What is wrong with what a run says of a loop device, seeing what is behind it. */
export const checkLoop = async (end: LoopEnd): Promise<readonly string[]> => {
	const {scenario, result, disk} = end;
	const isReplaced = scenario.disturbance?.kind === 'replace the file' && end.disturbedAt !== undefined;
	const bytes = await readFile(isReplaced ? `${disk.image}.old` : disk.image);
	const flaws = [
		...checkKept(end, bytes),
		...checkErased(end, bytes),
		...checkNoticed(end),
		...checkRanges(end, bytes),
	];
	if (isReplaced && new Set(await readFile(disk.image)).size !== 1) {
		flaws.push('something was written to the other file');
	}

	return flaws.map(flaw => `${result.path} (${result.outcome}): ${flaw}`);
};

/** What somebody else wrote after it was read can be seen by nobody. */
const withoutTheirs = ({scenario: {disturbance}, disturbedFrom}: LoopEnd, bytes: Buffer): Buffer => {
	const own = Buffer.from(bytes);
	if (disturbance?.kind === 'write' && disturbedFrom !== undefined) {
		own.fill(0, disturbance.offset, disturbance.offset + writtenBytes);
	}

	return own;
};

const hasBegun = (events: readonly RunEvent[], step: string): number =>
	events.findIndex(event => event.type === 'step.started' && event.step === step);

/** Before it is read back: what happened until then must be found. */
const isBeforeVerification = ({events, disturbedAt}: LoopEnd): boolean => {
	const begun = hasBegun(events, 'verify');
	return disturbedAt !== undefined && (begun === -1 || disturbedAt <= begun);
};

const checkErased = (end: LoopEnd, bytes: Buffer): readonly string[] => {
	const {result, scenario} = end;
	const isWritten = scenario.disturbance?.kind === 'write';
	const mustBeZero = result.outcome === 'sanitized' || (result.outcome === 'unverified' && !isWritten);
	const seen =
		isWritten && (!isBeforeVerification(end) || scenario.verify !== 'full')
			? withoutTheirs(end, bytes)
			: bytes;
	return mustBeZero && !isZero(seen) ? ['it is not zero'] : [];
};

const checkKept = (end: LoopEnd, bytes: Buffer): readonly string[] => {
	const {events, scenario} = end;
	if (events.some(({type}) => type === 'run.committed')) {
		return [];
	}

	const own = withoutTheirs(end, bytes);
	const before = Buffer.alloc(own.length, leftover);
	const {disturbance, store, totalBytes} = scenario;
	if (disturbance?.kind === 'write' && end.disturbedFrom !== undefined) {
		before.fill(0, disturbance.offset, disturbance.offset + writtenBytes);
	}

	before.fill(0, store === 'small' ? totalBytes / 4 : totalBytes);
	return own.equals(before) ? [] : ['written to without a commit'];
};

const noticed: ReadonlySet<string> = new Set(['shrink', 'replace the file', 'hold open']);

/** Another size, another file, another writer: whatever was found, such a device is not sanitized. */
const checkNoticed = (end: LoopEnd): readonly string[] => {
	const {scenario, result} = end;
	const mustBeNoticed = noticed.has(scenario.disturbance?.kind ?? '') && isBeforeVerification(end);
	return mustBeNoticed && ['sanitized', 'unverified'].includes(result.outcome) && scenario.verify !== 'none'
		? [`nobody noticed: ${scenario.disturbance?.kind}`]
		: [];
};

/** Where it was read to its end, what was found is what is there. */
const checkRanges = (
	{scenario, events, result, disturbedFrom}: LoopEnd,
	bytes: Buffer,
): readonly string[] => {
	const isRead = events.some(
		event =>
			(event.type === 'step.finished' || event.type === 'step.failed') &&
			event.step === 'verify' &&
			event.verification,
	);
	if (!isRead || scenario.verify !== 'full' || disturbedFrom !== undefined || result.unreadableBytes > 0) {
		return [];
	}

	const found = nonZeroRanges(bytes, [{offset: 0, length: bytes.length}], scenario.sectorBytes);
	const told = JSON.stringify(result.nonZero.slice(0, 5));
	return [
		...(isListOf(found, result.nonZero, result.nonZeroRanges, result.nonZeroBytes)
			? []
			: [`not zero was ${JSON.stringify(found.slice(0, 5))}, told ${told}`]),
		...(result.writtenBytes + result.unwritableBytes === scenario.totalBytes
			? []
			: ['it was read, and not written to its end']),
	];
};
