import {isDeepStrictEqual} from 'node:util';
import type {ByteRange} from '../../../src/devices/device.ts';
import type {DeviceResult} from '../../../src/events/results.ts';
import type {FaultCase, Left} from '../case.ts';
import type {Found} from './perform.ts';

/** Everything in which what came of a case is not what must hold. */
export const judge = ({expected}: FaultCase, found: Found): readonly string[] => [
	...judgeEnd(expected, found),
	...judgeBytes(expected, found),
	...judgeDevices(expected, found),
	...judgeAlways(found, expected),
];

type Expected = FaultCase['expected'];

const differs = (what: string, expected: unknown, found: unknown): readonly string[] =>
	isDeepStrictEqual(found, expected)
		? []
		: [`${what}: expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`];

const judgeEnd = (expected: Expected, found: Found): readonly string[] => {
	const {says, code} = expected;
	// Where no event has it, the words alone prove it.
	const isSaid = found.code === null && says !== undefined;
	return [
		...differs('exit code', expected.exitCode, found.exitCode),
		...(expected.isSilent ? [] : differs('outcome', expected.outcome, found.outcome)),
		...(expected.isSilent || isSaid ? [] : differs('code', code, found.code)),
		...(says && !says.test(found.stderr) ? [`standard error has not ${says}`] : []),
	].map(problem => (problem.startsWith('standard') ? `${problem}: ${found.stderr}` : problem));
};

const judgeBytes = (expected: Expected, {devices, left, changed}: Found): readonly string[] => {
	const [device] = devices;
	const reported = (['unwritable', 'unreadable', 'nonZero'] as const).flatMap(what =>
		device ? judgeRanges(what, expected[what] ?? [], device[what], device[`${what}Bytes`]) : [],
	);
	return [...reported, ...judgeLeft(expected.left, left), ...changed.map(file => `${file} was changed`)];
};

const judgeRanges = (
	what: string,
	expected: readonly ByteRange[] | 'some',
	found: readonly ByteRange[],
	foundBytes: number,
): readonly string[] => {
	if (expected === 'some') {
		return foundBytes > 0 ? [] : [`${what}: none were reported`];
	}

	const bytes = expected.reduce((sum, {length}) => sum + length, 0);
	return [
		...differs(what, expected.slice(0, found.length), found),
		...differs(`bytes ${what}`, bytes, foundBytes),
	];
};

const judgeLeft = (expected: Left, found: Found['left']): readonly string[] => {
	if (expected === 'some') {
		return found === 'untouched' || (typeof found !== 'string' && found.length > 0)
			? []
			: [`left on it: expected something, found ${JSON.stringify(found)}`];
	}

	return expected === 'unknown' ? [] : differs('left on it', expected, found);
};

const judgeDevices = ({devices: expected}: Expected, {devices}: Found): readonly string[] =>
	expected
		? differs(
				'devices',
				expected,
				devices.map(({outcome}) => outcome),
			)
		: [];

/** What must hold of every run, whatever befell it. */
const judgeAlways = (found: Found, expected: Expected): readonly string[] => {
	const {devices, outcome, exitCode, certified} = found;
	const sanitized = devices.filter(device => device.outcome === 'sanitized');
	return [
		...(exitCode === 0 && !['sanitized', 'verified', 'none'].includes(outcome)
			? [`exit code 0 of a run that is ${outcome}`]
			: []),
		...(outcome === 'refused' && found.hasCommitted ? ['refused after it had begun to write'] : []),
		...(expected.left === 'unknown' ? [] : falseClaims(found)),
		...certified
			.filter(path => !sanitized.some(device => device.path === path))
			.map(path => `a certificate for ${path}, which is not sanitized`),
		...found.remains.map(what => `left behind: ${what.replaceAll('\0', ' ')}`),
	];
};

const falseClaims = ({devices, left, lefts}: Found): readonly string[] => {
	const all = [left, ...lefts];
	const isFalse = (device: DeviceResult, index: number) => {
		const rest = all[index];
		return (
			device.outcome === 'sanitized' &&
			rest !== undefined &&
			rest !== 'unknown' &&
			(rest === 'untouched' || rest.length > 0)
		);
	};
	return devices.filter(isFalse).map(({path}) => `${path} is called sanitized, and is not zero`);
};
