import * as v from 'valibot';

const unitMs = {ms: 1, s: 1000, min: 60_000, h: 3_600_000} as const;

// Node's timers fire at once past 2^31 ms.
const longestMs = 24 * unitMs.h;

const durationText = /^(?<amount>\d{1,9}(?:\.\d{1,3})?)(?<unit>ms|s|min|h)$/;

const toMs = (text: string): number => {
	const {amount, unit} = durationText.exec(text)?.groups ?? {};
	return Number(amount) * (unitMs[unit as keyof typeof unitMs] ?? Number.NaN);
};

/** A length of time as a recipe says it, `500ms`, `90s`, `5min` or `2h`: in milliseconds. */
export const durationMs = v.pipe(
	v.string(),
	v.regex(durationText, 'a duration such as 500ms, 90s, 5min or 2h'),
	v.transform(toMs),
	v.minValue(1, 'a duration of at least 1ms'),
	v.maxValue(longestMs, 'a duration of at most 24h'),
);
