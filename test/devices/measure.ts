import {truncate, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {measureKinds, measureReads} from '../../src/devices/measure.ts';
import {temporaryDirectory} from '../_helpers/loop.ts';
import {memoryFacts} from '../_helpers/plan.ts';

const mebibyte = 1024 ** 2;

const file = async (directory: string, name: string, totalBytes: number) => {
	const place = path.join(directory, name);
	await writeFile(place, '');
	await truncate(place, totalBytes);
	return memoryFacts({kind: 'file', path: place, totalBytes});
};

test('a file is measured, whole or not', async t => {
	await using directory = await temporaryDirectory();
	const facts = await file(directory.path, 'a', 17 * mebibyte + 1);
	const rates = await measureReads(facts);
	t.true((rates?.oneAtATime ?? 0) > 0 && (rates?.fourAtATime ?? 0) > 0);
});

test('what is too small, missing or not to be read is not measured', async t => {
	await using directory = await temporaryDirectory();
	t.is(await measureReads(await file(directory.path, 'small', mebibyte)), undefined);
	t.is(await measureReads({path: path.join(directory.path, 'none'), totalBytes: 1024 ** 3}), undefined);
	t.is(await measureReads({path: directory.path, totalBytes: 1024 ** 3}), undefined);
});

test('one of each kind is measured for all of that kind', async t => {
	await using directory = await temporaryDirectory();
	const [a, b, other] = await Promise.all(
		['a', 'b', 'c'].map(async name => file(directory.path, name, 16 * mebibyte)),
	);
	if (!a || !b || !other) {
		throw new Error('three files were made');
	}

	const rates = await measureKinds([a, b, {...other, model: 'X'}]);
	t.is(rates.get(a.path)?.of, undefined);
	t.deepEqual(rates.get(b.path), {...rates.get(a.path), of: a.path} as never);
	t.is(rates.get(other.path)?.of, undefined);
});
