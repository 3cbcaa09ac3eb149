import {execFileSync} from 'node:child_process';
import {mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {KeptFile} from '../../src/records/kept-file.ts';
import {temporaryDirectory} from '../_helpers/fake-tools.ts';
import {isRoot} from '../_helpers/loop.ts';

const durable = {isDurable: true};

/** A file system of 64 KiB. */
const smallPlace = (t: ExecutionContext, directory: string): string => {
	const place = path.join(directory, 'small');
	mkdirSync(place);
	execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', place]);
	t.teardown(() => execFileSync('umount', ['-l', place]));
	return place;
};

test('what is appended stands in the file, readable by its owner alone', async t => {
	const file = path.join(await temporaryDirectory(t), 'a');
	const kept = new KeptFile(file, error => t.fail(String(error)));
	kept.append('one\n', durable);
	kept.append('two\n', {isDurable: false});
	kept.close();
	t.is(readFileSync(file, 'utf8'), 'one\ntwo\n');
	t.is(statSync(file).mode & 0o777, 0o600);
});

test('neither an existing file nor a link is written to', async t => {
	const directory = await temporaryDirectory(t);
	const file = path.join(directory, 'a');
	const link = path.join(directory, 'b');
	writeFileSync(file, 'mine');
	symlinkSync(file, link);
	for (const place of [file, link]) {
		t.throws(() => new KeptFile(place, () => {}), {code: 'EEXIST'});
	}

	t.is(readFileSync(file, 'utf8'), 'mine');
});

test('it moves with all its text, and goes on in the new place', async t => {
	const directory = await temporaryDirectory(t);
	const [before, after] = [path.join(directory, 'a'), path.join(directory, 'b')];
	const kept = new KeptFile(before, error => t.fail(String(error)));
	const long = 'x'.repeat(200_000);
	kept.append(long, durable);
	kept.prepareMove(after).commit();
	kept.append('more', durable);
	kept.close();
	t.is(readFileSync(after, 'utf8'), `${long}more`);
	t.throws(() => readFileSync(before), {code: 'ENOENT'});
});

test('a move that is rolled back has changed nothing', async t => {
	const directory = await temporaryDirectory(t);
	const kept = new KeptFile(path.join(directory, 'a'), error => t.fail(String(error)));
	kept.append('one', durable);
	kept.prepareMove(path.join(directory, 'b')).rollback();
	kept.append('two', durable);
	kept.close();
	t.is(readFileSync(path.join(directory, 'a'), 'utf8'), 'onetwo');
	t.throws(() => readFileSync(path.join(directory, 'b')), {code: 'ENOENT'});
});

test('with no place at all, everything is kept in memory until there is one', async t => {
	const file = path.join(await temporaryDirectory(t), 'a');
	const kept = new KeptFile(undefined, error => t.fail(String(error)));
	kept.append('one', durable);
	kept.prepareMove(file).commit();
	kept.close();
	t.is(readFileSync(file, 'utf8'), 'one');
});

const onTmpfs = isRoot ? test.serial : test.serial.skip;

onTmpfs(
	'a full place is told of once; nothing is lost, and it is written as soon as there is room',
	async t => {
		const place = smallPlace(t, await temporaryDirectory(t));
		const troubles: unknown[] = [];
		const file = path.join(place, 'a');
		const kept = new KeptFile(file, error => troubles.push(error));
		writeFileSync(path.join(place, 'ballast'), 'b'.repeat(60_000), {flag: 'w'});
		const lines = Array.from({length: 20}, (_, index) => `${index}${'x'.repeat(1000)}\n`);
		for (const line of lines) {
			kept.append(line, durable);
		}

		t.is(troubles.length, 1);
		t.like(troubles[0], {code: 'ENOSPC'});
		t.true(lines.join('').startsWith(readFileSync(file, 'utf8')));
		rmSync(path.join(place, 'ballast'));
		kept.append('end\n', durable);
		kept.close();
		t.is(readFileSync(file, 'utf8'), `${lines.join('')}end\n`);
	},
);

onTmpfs(
	'what did not fit moves from memory to a place that has room; one that has none changes nothing',
	async t => {
		const directory = await temporaryDirectory(t);
		const place = smallPlace(t, directory);
		const kept = new KeptFile(path.join(directory, 'a'), error => t.fail(String(error)));
		const text = 'y'.repeat(100_000);
		kept.append(text, durable);
		t.throws(() => kept.prepareMove(path.join(place, 'b')), {code: 'ENOSPC'});
		t.throws(() => readFileSync(path.join(place, 'b')), {code: 'ENOENT'});
		kept.append('z', durable);
		kept.close();
		t.is(readFileSync(path.join(directory, 'a'), 'utf8'), `${text}z`);
	},
);

test('a file that another process began is gone on with behind its last whole line', async t => {
	const file = path.join(await temporaryDirectory(t), 'a');
	writeFileSync(file, 'one\ntwo\ntor');
	const kept = new KeptFile(file, error => t.fail(String(error)), 8);
	t.is(kept.text(), 'one\ntwo\n');
	kept.append('three\n', durable);
	t.is(kept.text(), 'one\ntwo\nthree\n');
	kept.close();
	t.is(readFileSync(file, 'utf8'), 'one\ntwo\nthree\n');
});

test('neither a link nor a file that is gone is gone on with', async t => {
	const directory = await temporaryDirectory(t);
	writeFileSync(path.join(directory, 'a'), 'mine');
	symlinkSync('a', path.join(directory, 'b'));
	t.throws(() => new KeptFile(path.join(directory, 'b'), () => {}, 0), {code: 'ELOOP'});
	t.throws(() => new KeptFile(path.join(directory, 'c'), () => {}, 0), {code: 'ENOENT'});
	t.is(readFileSync(path.join(directory, 'a'), 'utf8'), 'mine');
});
