import type {StallLimits} from '../steps/stalls/limits.ts';
import type {Answer} from './answering-device.ts';

export interface StallNews {
	readonly what: 'stalled' | 'given-up' | 'recovered';
	/** How long the stall has lasted. */
	readonly seconds: number;
	/** Since the stall began; 0 for not one byte. */
	readonly bytesPerSecond: number;
	/** It still answers, but that gets nothing further. */
	readonly answers: boolean;
	/** Until it is given up, unless it answers meanwhile. */
	readonly giveUpSeconds: number;
}

export interface StallDetector {
	/** Takes the bytes done so far. */
	count(bytes: number): void;
	/** Takes that a call to the device was answered, whether that made bytes or not. */
	answer(answer: Answer): void;
	/** Says what there is to say at this time; to be asked about once a second, counts or not. */
	look(atMs: number): StallNews | undefined;
}

interface Mark {
	readonly atMs: number;
	readonly bytes: number;
}

/** When a call was last answered, in the time that was watched. */
type Answered = {readonly [Each in Answer as `${Each}AtMs`]: number};

interface Stall extends Mark {
	/** Of the next word about it, in the time that was watched. */
	readonly sayAtMs: number;
}

/** Longer than this nobody looked, so nobody can have counted: we were stopped, or the machine was. */
const longestGapMs = 10_000;

const marksInWindow = 60;

/**
Judges byte counts. A stall is no further byte for `stallSeconds`, or a rate below the floor over `slowSeconds`; it lasts as long as either is so. Of each it says when it is seen, whenever it has become twice as long, when it is to be given up, and when it is over.

It is given up after `giveUpSeconds` in which nothing came from the device: while there is no byte no answer at all, as when what failed is tried again sector by sector; while there are a few no error, for each of those bytes is an answer too. Pure but for its memory, which is bounded.
*/
export const createStallDetector = (limits: StallLimits, startedAtMs: number): StallDetector => {
	let lookedAtMs = startedAtMs;
	let watchedMs = 0;
	let now: Mark = {atMs: 0, bytes: 0};
	let grown = now;
	let answered: Answered = {doneAtMs: 0, failedAtMs: 0};
	let marks: readonly Mark[] = [now];
	let stall: Stall | undefined;
	let isGivenUp = false;
	return {
		count(bytes) {
			if (bytes > now.bytes) {
				now = {atMs: watchedMs, bytes};
				grown = now;
			}
		},
		answer(answer) {
			answered = {...answered, [`${answer}AtMs`]: watchedMs};
		},
		look(atMs) {
			watchedMs += Math.min(Math.max(0, atMs - lookedAtMs), longestGapMs);
			lookedAtMs = atMs;
			now = {...now, atMs: watchedMs};
			marks = addMark(marks, now, limits.slowSeconds * 1000);
			const start = stallStart({now, grown, oldest: marks[0] ?? now}, limits);
			const before = stall;
			if (!start) {
				stall = undefined;
				return before && newsOf('recovered', {since: before, now, quietMs: 0}, limits);
			}

			const since = before ?? start;
			const quietMs = watchedMs - Math.max(since.atMs, lastSign(answered, {now, grown}, limits));
			const told = {since, now, quietMs};
			if (quietMs >= limits.giveUpSeconds * 1000 && !isGivenUp) {
				isGivenUp = true;
				return newsOf('given-up', told, limits);
			}

			if (before && watchedMs < before.sayAtMs) {
				return undefined;
			}

			stall = {...since, sayAtMs: watchedMs + (watchedMs - since.atMs)};
			return isGivenUp ? undefined : newsOf('stalled', told, limits);
		},
	};
};

/** When the device last showed that it is not gone, in a stall. */
const lastSign = (
	{doneAtMs, failedAtMs}: Answered,
	{now, grown}: {readonly now: Mark; readonly grown: Mark},
	{stallSeconds}: StallLimits,
): number => (now.atMs - grown.atMs >= stallSeconds * 1000 ? Math.max(doneAtMs, failedAtMs) : failedAtMs);

/** Where a stall began that is there now. */
const stallStart = (
	{now, grown, oldest}: {readonly now: Mark; readonly grown: Mark; readonly oldest: Mark},
	{stallSeconds, slowBytesPerSecond, slowSeconds}: StallLimits,
): Mark | undefined => {
	const windowMs = now.atMs - oldest.atMs;
	const isSlow = windowMs >= slowSeconds * 1000 && rateBetween(oldest, now) < slowBytesPerSecond;
	if (isSlow) {
		return oldest.atMs < grown.atMs ? oldest : grown;
	}

	return now.atMs - grown.atMs >= stallSeconds * 1000 ? grown : undefined;
};

/** The oldest mark is the newest one that is as old as the window. */
const addMark = (marks: readonly Mark[], mark: Mark, windowMs: number): readonly Mark[] => {
	const last = marks.at(-1);
	const added = last && mark.atMs - last.atMs < windowMs / marksInWindow ? marks : [...marks, mark];
	const firstInside = added.findIndex(({atMs}) => mark.atMs - atMs < windowMs);
	return added.slice(Math.max(0, firstInside === -1 ? added.length - 1 : firstInside - 1));
};

const rateBetween = (from: Mark, to: Mark): number =>
	to.atMs > from.atMs ? ((to.bytes - from.bytes) * 1000) / (to.atMs - from.atMs) : 0;

const newsOf = (
	what: StallNews['what'],
	{since, now, quietMs}: {readonly since: Mark; readonly now: Mark; readonly quietMs: number},
	{stallSeconds, giveUpSeconds}: StallLimits,
): StallNews => ({
	what,
	seconds: Math.round((now.atMs - since.atMs) / 1000),
	// Rounded up: 0 says that there was not one byte.
	bytesPerSecond: Math.ceil(rateBetween(since, now)),
	// An answer just behind the last byte says nothing of now.
	answers: quietMs < Math.min(stallSeconds * 500, now.atMs - since.atMs),
	giveUpSeconds: Math.max(0, Math.ceil(giveUpSeconds - quietMs / 1000)),
});
