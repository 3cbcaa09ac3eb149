import {readFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {themes} from '../cases/cases.ts';

/** No loop device erases itself, or lies about it: the fake drives of test/pipeline/native.ts do. */
const ofDrives: ReadonlySet<string | null> = new Set(['NOT_ERASED']);

const cases = Object.values(themes).flat();

interface Row {
	readonly exitCodes: readonly string[];
	/** `null` for a run that never was. */
	readonly outcome: string | null;
	readonly codes: ReadonlyArray<string | null>;
}

const wordsIn = (cell: string): readonly string[] =>
	[...cell.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word);

const readRows = async (): Promise<readonly Row[]> => {
	const readme = await readFile(path.join(import.meta.dirname, '../../../README.md'), 'utf8');
	const [, section = ''] = readme.split('\n## Outcomes, and what to do next\n');
	return (section.split('\n\n')[0] ?? '')
		.split('\n')
		.filter(line => /^\| \d/.test(line))
		.map(line => {
			const [exitCodes = '', outcome = '', codes = ''] = line.slice(2, -2).split(' | ');
			return {
				exitCodes: exitCodes.split(', '),
				outcome: wordsIn(outcome)[0] ?? null,
				codes: codes === '–' ? [null] : wordsIn(codes),
			};
		});
};

const fits = (
	{exitCodes, outcome, codes}: Row,
	{expected}: (typeof cases)[number],
	code: string | null,
): boolean =>
	exitCodes.includes(String(expected.exitCode)) &&
	codes.includes(code) &&
	expected.code === code &&
	// Refused or interrupted before there was a run, no event tells the outcome: the exit code does.
	(outcome === null || expected.outcome === outcome || expected.outcome === 'none');

test('each row of the table of outcomes is produced by a case, for each of its error codes', async t => {
	const rows = await readRows();
	t.true(rows.length > 15);
	for (const row of rows) {
		for (const code of row.codes.filter(code => !ofDrives.has(code))) {
			t.true(
				cases.some(fault => fits(row, fault, code)),
				`no case ends with ${row.exitCodes.join(', ')} ${row.outcome} ${code}`,
			);
		}
	}
});

test('each case ends as a row of the table of outcomes says', async t => {
	const rows = await readRows();
	for (const fault of cases) {
		t.true(
			rows.some(row => fits(row, fault, fault.expected.code)),
			`${fault.name}: no row for ${fault.expected.exitCode} ${fault.expected.code}`,
		);
	}
});

test('the fault table has at least 60 cases, each with a name of its own', t => {
	t.true(cases.length >= 60);
	t.is(new Set(cases.map(({name, eraser}) => `${name} ${eraser}`)).size, cases.length);
});

test('where no event tells the error code, standard error must', t => {
	const unsaid = cases.filter(({expected}) => expected.isSilent && expected.code !== null && !expected.says);
	t.deepEqual(unsaid, []);
});
