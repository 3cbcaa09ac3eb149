/** What a TAP stream (https://testanything.org) said, test by test. */
export interface TapResults {
	readonly passed: readonly string[];
	readonly failed: readonly string[];
	readonly skipped: readonly string[];
	readonly todo: readonly string[];
	/** False when the stream ended before its plan: some tests never reported. */
	readonly isComplete: boolean;
}

type Verdict = 'passed' | 'failed' | 'skipped' | 'todo';

interface TestLine {
	readonly verdict: Verdict;
	readonly title: string;
}

const testLine = /^(?<not>not )?ok (?<number>\d+)(?: - (?<title>.*?))?(?: # (?<directive>SKIP|TODO))?$/;

/** Reads top-level test lines; diagnostics are indented and comments start with `#`. */
export const readTap = (lines: readonly string[]): TapResults => {
	const tests = lines.flatMap(line => readTest(line) ?? []);
	const titlesOf = (wanted: Verdict) =>
		tests.filter(({verdict}) => verdict === wanted).map(({title}) => title);
	const plan = lines.findLast(line => /^1\.\.\d+$/.test(line));
	return {
		passed: titlesOf('passed'),
		failed: titlesOf('failed'),
		skipped: titlesOf('skipped'),
		todo: titlesOf('todo'),
		// A crash is reported as one more test that ava's plan does not count.
		isComplete: plan !== undefined && tests.length > 0 && tests.length >= Number(plan.slice('1..'.length)),
	};
};

const readTest = (line: string): TestLine | undefined => {
	const groups = testLine.exec(line)?.groups;
	if (!groups) {
		return undefined;
	}

	const {not, number, title = `test ${number}`, directive} = groups;
	if (directive !== undefined) {
		return {verdict: directive === 'SKIP' ? 'skipped' : 'todo', title};
	}

	return {verdict: not === undefined ? 'passed' : 'failed', title};
};
