/** How far something is, and how fast it goes now. */
export interface Progress {
	readonly bytes: number;
	readonly totalBytes: number;
	readonly bytesPerSecond: number;
	/** `null` while there is no rate to tell it from. */
	readonly etaSeconds: number | null;
}

export interface ProgressOptions {
	/** Milliseconds of a clock that nobody sets: `performance.now`. */
	readonly monotonicMs: () => number;
	readonly totalBytes: number;
	/** How far apart at least, for the time that has gone by. */
	readonly intervalMs: (elapsedMs: number) => number;
	/** When the first byte could have been done; now by default. */
	readonly startedAtMs?: number;
	/** Bytes that were done before; 0 by default. */
	readonly fromBytes?: number;
}

interface Mark {
	readonly atMs: number;
	readonly bytes: number;
}

const windowMs = 10_000;
const markEveryMs = 250;

/**
Makes progress of byte counts, however often they come: `undefined` when the last one was less than `intervalMs` ago, but never for the last byte. `bytes` never goes back. The rate is that of the last ten seconds, or of the time since the last count where counts come more seldom.
*/
export const createProgress = ({
	monotonicMs,
	totalBytes,
	intervalMs,
	startedAtMs = monotonicMs(),
	fromBytes = 0,
}: ProgressOptions) => {
	let marks: readonly Mark[] = [{atMs: startedAtMs, bytes: fromBytes}];
	let shownAtMs = Number.NEGATIVE_INFINITY;
	let highest = fromBytes;
	return {
		update(counted: number): Progress | undefined {
			const atMs = monotonicMs();
			highest = Math.min(totalBytes, Math.max(highest, counted));
			marks = addMark(marks, {atMs, bytes: highest});
			// A clock that went back must not silence it.
			const sinceMs = Math.abs(atMs - shownAtMs);
			if (sinceMs < intervalMs(atMs - startedAtMs) && highest < totalBytes) {
				return undefined;
			}

			shownAtMs = atMs;
			return describe(highest, totalBytes, rateOf(marks));
		},
	};
};

const addMark = (marks: readonly Mark[], mark: Mark): readonly Mark[] => {
	const last = marks.at(-1);
	if (last && mark.atMs < last.atMs) {
		return [mark];
	}

	// The newest mark moves until it is old enough to stay: some forty of them span the window.
	const before = marks.at(-2);
	const kept = last && before && last.atMs - before.atMs < markEveryMs ? marks.slice(0, -1) : marks;
	const firstInside = kept.findIndex(({atMs}) => mark.atMs - atMs <= windowMs);
	return [...kept.slice(firstInside === -1 ? -1 : firstInside), mark];
};

const rateOf = (marks: readonly Mark[]): number => {
	const first = marks[0];
	const last = marks.at(-1);
	const elapsedMs = first && last ? last.atMs - first.atMs : 0;
	return first && last && elapsedMs > 0 ? Math.round(((last.bytes - first.bytes) * 1000) / elapsedMs) : 0;
};

const describe = (bytes: number, totalBytes: number, bytesPerSecond: number): Progress => {
	const leftBytes = totalBytes - bytes;
	const etaSeconds = leftBytes === 0 ? 0 : bytesPerSecond > 0 ? Math.ceil(leftBytes / bytesPerSecond) : null;
	return {bytes, totalBytes, bytesPerSecond, etaSeconds};
};

const units = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** `512 B`, `1.5 GiB`, `180 MiB`. Rounded down: what is shown as done is done. */
export const formatBytes = (bytes: number): string => {
	let value = bytes / 1024;
	let unit = 0;
	while (value >= 1024 && unit < units.length - 1) {
		value /= 1024;
		unit += 1;
	}

	if (bytes < 1024) {
		return `${Math.floor(bytes)} B`;
	}

	const rounded =
		value >= 100 || Number.isInteger(value)
			? `${Math.floor(value)}`
			: (Math.floor(value * 10) / 10).toFixed(1);
	return `${rounded} ${units[unit]}`;
};

/** `1.2 GiB/s`. */
export const formatRate = (bytesPerSecond: number): string => `${formatBytes(bytesPerSecond)}/s`;

/** Whole percent, rounded down: 100 only when every byte is done. */
export const formatPercent = (bytes: number, totalBytes: number): string =>
	`${totalBytes > 0 ? Math.floor((bytes / totalBytes) * 100) : 0} %`;

/** `1 d 04 h`, `1 h 05 min`, `1 min 25 s`, `42 s`, `30 ms`. */
export const formatDuration = (durationMs: number): string => {
	const seconds = Math.max(0, Math.round(durationMs / 1000));
	const pad = (value: number): string => `${value}`.padStart(2, '0');
	if (durationMs > 0 && durationMs < 1000) {
		return `${Math.round(durationMs)} ms`;
	}

	if (seconds < 60) {
		return `${seconds} s`;
	}

	const minutes = Math.floor(seconds / 60);
	if (minutes < 60) {
		return `${minutes} min ${pad(seconds % 60)} s`;
	}

	const hours = Math.floor(minutes / 60);
	return hours < 24
		? `${hours} h ${pad(minutes % 60)} min`
		: `${Math.floor(hours / 24)} d ${pad(hours % 24)} h`;
};

/** `1 min 25 s left`, or nothing to tell it from. */
export const formatEta = (etaSeconds: number | null): string =>
	etaSeconds === null ? 'time left unknown' : `${formatDuration(etaSeconds * 1000)} left`;

const factors: Readonly<Record<string, number>> = {
	'': 1,
	b: 1,
	kb: 1e3,
	mb: 1e6,
	gb: 1e9,
	tb: 1e12,
	kib: 1024,
	mib: 1024 ** 2,
	gib: 1024 ** 3,
	tib: 1024 ** 4,
};

/** Bytes of `4GiB`, `256 MiB`, `1GB`, `1.5GiB`, `512`; `undefined` for what is not a whole number of bytes above 0. */
export const parseBytes = (text: string): number | undefined => {
	const [, number, unit] = /^(\d+(?:\.\d+)?) ?([a-z]*)$/i.exec(text.trim()) ?? [];
	const factor = factors[unit?.toLowerCase() ?? '?'];
	const bytes = factor === undefined ? Number.NaN : Math.round(Number(number) * factor * 1e3) / 1e3;
	return Number.isSafeInteger(bytes) && bytes > 0 ? bytes : undefined;
};
