import type {ByteRange} from '../../../src/devices/device.ts';
import type {FaultCase, Left} from '../case.ts';
import type {Found} from './perform.ts';

export const titleOf = ({name, eraser}: FaultCase): string =>
	eraser === null ? name : `${name} (${eraser})`;

/** A row of the printed table: what must hold, what was found, in the same words. */
export const rowOf = (fault: FaultCase, found: Found | undefined, problems: readonly string[]): string => {
	const {expected} = fault;
	const lines = [
		`${problems.length === 0 ? 'ok    ' : 'FAILED'}  ${titleOf(fault)}`,
		`        how:      ${fault.how}`,
		`        expected: ${describe(expected, expected.outcome)}`,
		`        found:    ${found ? describe(foundAs(found, expected), found.outcome) : 'it came to no end'}`,
		...problems.map(problem => `        ${problem.replaceAll('\n', '\n        ')}`),
	];
	return lines.join('\n');
};

type Described = Pick<FaultCase['expected'], 'code' | 'left' | 'unwritable' | 'unreadable' | 'nonZero'> & {
	readonly exitCode: number | null;
};

const describe = (
	{exitCode, code, left, unwritable, unreadable, nonZero}: Described,
	outcome: string,
): string =>
	[
		`${outcome}, ${exitCode}${code === null ? '' : `, ${code}`}`,
		rangesText('unwritable', unwritable),
		rangesText('unreadable', unreadable),
		rangesText('not zero', nonZero),
		`left: ${leftText(left)}`,
	]
		.filter(part => part !== '')
		.join('; ');

const foundAs = (found: Found, {code}: FaultCase['expected']): Described => {
	const [device] = found.devices;
	return {
		exitCode: found.exitCode,
		// Where no event has it, standard error has proven it.
		code: (found.code as Described['code']) ?? (found.outcome === 'none' ? code : null),
		left: found.left,
		unwritable: device?.unwritable ?? [],
		unreadable: device?.unreadable ?? [],
		nonZero: device?.nonZero ?? [],
	};
};

const rangesText = (name: string, ranges: readonly ByteRange[] | 'some' = []): string =>
	ranges === 'some' || ranges.length > 0 ? `${name}: ${leftText(ranges)}` : '';

const leftText = (left: Left): string => {
	if (typeof left === 'string') {
		return left;
	}

	if (left.length === 0) {
		return 'nothing';
	}

	const shown = left.slice(0, 3).map(({offset, length}) => `${offset}+${length}`);
	return left.length > 3 ? `${shown.join(' ')} … (${left.length} ranges)` : shown.join(' ');
};
