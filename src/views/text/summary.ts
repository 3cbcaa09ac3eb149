import type {DeviceResult, Outcome} from '../../events/results.ts';
import {formatBytes} from '../../progress.ts';
import {shortName, wrapAll} from './lines.ts';
import {nextSteps} from './next-steps.ts';
import {rehearsalNote} from './plan-lines.ts';
import {type RunFinished, runDirectory, type Story} from './story.ts';
import {nonZeroWords, rangeLines} from './verification-lines.ts';

const screenLines = 20;
const shownFailures = 2;
const shownCertificates = 2;
const longestItem = 3;

const verdicts: Readonly<Record<Outcome, string>> = {
	sanitized: 'SANITIZED - erased and verified',
	verified: 'VERIFIED - read only, nothing but zeros found',
	refused: 'REFUSED - not one byte was written',
	failed: 'FAILED - do not release the device',
	unverified: 'UNVERIFIED - erased, but nothing proves it',
	'aftercare-failed': 'AFTERCARE FAILED - erased and verified, but the records are not complete',
	interrupted: 'INTERRUPTED',
};

/** The end of a run on one screen: at most 20 lines of at most `columns`. The first line is the outcome. */
export const summaryLines = (story: Story, finished: RunFinished, columns: number): readonly string[] => {
	const head = [
		`${verdictOf(story, finished)} (exit code ${finished.exitCode})`,
		...rehearsal(story),
		...together(finished.devices),
	];
	const tail = [...reasons(story, finished), ...records(story, finished), ...nextSteps(story, finished)];
	const wrappedHead = wrapAll(head, columns);
	const wrappedTail = tail
		.flatMap(item => clip(item, columns))
		.slice(0, screenLines - wrappedHead.length - 1);
	const room = screenLines - wrappedHead.length - wrappedTail.length;
	return [...wrappedHead, ...devices(finished.devices, {room, columns}), ...wrappedTail];
};

const verdictOf = ({committed, plan}: Story, {outcome}: RunFinished): string => {
	if (outcome === 'interrupted') {
		return committed.length > 0
			? 'INTERRUPTED after writing had begun'
			: 'INTERRUPTED - not one byte was written';
	}

	const isReadOnly = plan?.devices.every(({eraser}) => eraser === undefined);
	return outcome === 'unverified' && isReadOnly
		? 'UNVERIFIED - it was not read to its end'
		: verdicts[outcome];
};

const rehearsal = ({plan}: Story): readonly string[] => {
	const note = plan ? rehearsalNote(plan) : null;
	return note === null ? [] : [note];
};

// The first ones may be all that there is room for.
const together = (results: readonly DeviceResult[]): readonly string[] => {
	const counts = Map.groupBy(results, ({outcome}) => outcome);
	const words = [...counts].map(([outcome, {length}]) => `${length} ${outcome}`);
	const sum = (of: (result: DeviceResult) => number) =>
		formatBytes(results.reduce((bytes, result) => bytes + of(result), 0));
	const written = `${sum(({writtenBytes}) => writtenBytes)} written`;
	const read = `${sum(({verifiedBytes}) => verifiedBytes)} read back`;
	return results.length > 1 ? [`${results.length} devices: ${words.join(', ')}; ${written}, ${read}`] : [];
};

// A message may be long; the log has it whole.
const clip = (item: string, columns: number): readonly string[] => {
	const lines = wrapAll([item], columns);
	return lines.length <= longestItem ? lines : [...lines.slice(0, longestItem - 1), '    ... (see the log)'];
};

const good: ReadonlySet<Outcome> = new Set(['sanitized', 'verified']);

const devices = (
	results: readonly DeviceResult[],
	{room, columns}: {room: number; columns: number},
): readonly string[] => {
	const sorted = results.toSorted((a, b) => Number(good.has(a.outcome)) - Number(good.has(b.outcome)));
	const blocks = sorted.map(result => deviceLines(result).flatMap(item => clip(item, columns)));
	const shown: string[] = [];
	for (const [index, block] of blocks.entries()) {
		const isLast = index === blocks.length - 1;
		if (shown.length + block.length > room - (isLast ? 0 : 1)) {
			return [...shown, `and ${blocks.length - index} more, see the log`].slice(0, room);
		}

		shown.push(...block);
	}

	return shown;
};

const deviceLines = (result: DeviceResult): readonly string[] => {
	const {path, serial, outcome} = result;
	const name = serial === null ? shortName(path) : `${shortName(path)}, serial ${serial}`;
	return [
		`${name}: ${outcome.toUpperCase()}`,
		`  ${doneText(result)}`,
		...rangeLines(`  ${nonZeroWords(result)}`, {
			ranges: result.nonZeroRanges,
			bytes: result.nonZeroBytes,
			listed: result.nonZero,
		}),
		...rangeLines('  UNREADABLE', {
			ranges: result.unreadableRanges,
			bytes: result.unreadableBytes,
			listed: result.unreadable,
		}),
		...rangeLines('  UNWRITABLE', {
			ranges: result.unwritableRanges,
			bytes: result.unwritableBytes,
			listed: result.unwritable,
		}),
	];
};

// Only a refusal promises that nothing was written; elsewhere 0 is what is known to have been.
const doneText = ({outcome, purged, totalBytes, writtenBytes, verifiedBytes}: DeviceResult): string => {
	if (outcome === 'refused') {
		return `nothing of ${formatBytes(totalBytes)} was written`;
	}

	const before = purged ? `purged by ${purged.technique}, ` : '';
	return writtenBytes === 0 && verifiedBytes > 0
		? `${formatPart(verifiedBytes, totalBytes)} read`
		: `${before}${formatPart(writtenBytes, totalBytes)} written, ${formatPart(verifiedBytes, totalBytes)} read back`;
};

const formatPart = (bytes: number, totalBytes: number): string =>
	bytes === totalBytes ? `all ${formatBytes(bytes)}` : `${formatBytes(bytes)} of ${formatBytes(totalBytes)}`;

const reasons = ({failures, plan}: Story, finished: RunFinished): readonly string[] => {
	const refusals = (finished.refusals ?? (failures.length === 0 ? plan?.refusals : undefined) ?? []).map(
		({target, code, message}) =>
			`refused: ${target === undefined || message.includes(target) ? '' : `${target}: `}${message} (${code})`,
	);
	const failed = failures.map(({step, code, message}) => `failed in ${step}: ${message} (${code})`);
	const all = [...refusals, ...failed];
	const more = all.length - shownFailures;
	return [...all.slice(0, shownFailures), ...(more > 0 ? [`and ${more} more, see above`] : [])];
};

const records = (story: Story, finished: RunFinished): readonly string[] => [
	...(story.plan?.departure ? keptElsewhere(story) : keptHere(story, finished)),
	...story.deliveries.map(({to, where}) => `delivered to ${to}: ${where}`),
];

// What lies in RAM is gone with the power.
const keptElsewhere = ({deliveries, certificates}: Story): readonly string[] => {
	const what = certificates.length > 0 ? 'journal, log and certificate' : 'journal and log';
	return deliveries.length > 0 ? [] : [`${what}: in RAM, and on this console alone`];
};

const keptHere = ({plan, logDir, certificates}: Story, {refusals}: RunFinished): readonly string[] => {
	const more = certificates.length - shownCertificates;
	const dir = logDir ?? (plan && refusals === undefined ? runDirectory(plan) : undefined);
	return [
		...(dir === undefined ? [] : [`journal and log: ${dir}`]),
		...certificates
			.slice(0, shownCertificates)
			.map(({device, path}) => `certificate of ${shortName(device)}: ${path}`),
		...(more > 0 ? [`and ${more} more certificates`] : []),
	];
};
