import test from 'ava';
import * as v from 'valibot';
import {durationMs} from '../src/duration.ts';

const valid: ReadonlyArray<readonly [text: string, ms: number]> = [
	['500ms', 500],
	['90s', 90_000],
	['1.5s', 1500],
	['5min', 300_000],
	['24h', 86_400_000],
];

for (const [text, ms] of valid) {
	test(`${text} is ${ms} milliseconds`, t => {
		t.is(v.parse(durationMs, text), ms);
	});
}

const invalid: ReadonlyArray<readonly [value: unknown, message: RegExp]> = [
	['90', /such as 500ms, 90s/],
	['90 s', /such as 500ms, 90s/],
	['-1s', /such as 500ms, 90s/],
	['5m', /such as 500ms, 90s/],
	['1e3s', /such as 500ms, 90s/],
	['', /such as 500ms, 90s/],
	['0s', /at least 1ms/],
	['25h', /at most 24h/],
	['999999999h', /at most 24h/],
	[90, /Expected string/],
	[null, /Expected string/],
];

for (const [value, message] of invalid) {
	test(`${JSON.stringify(value)} is not a duration`, t => {
		const {success, issues} = v.safeParse(durationMs, value);
		t.false(success);
		t.regex(issues?.[0].message ?? '', message);
	});
}
