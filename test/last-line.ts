import test from 'ava';
import {lastLine} from '../src/last-line.ts';
import {capture} from './_helpers/drive.ts';

test('the last line, whatever ends it', t => {
	t.is(lastLine('one\r\ntwo\r\n\n'), 'two');
	t.is(lastLine(''), '');
	t.is(lastLine('Usage: all that it says\n'), 'Usage: all that it says');
});

test('of a program that explains its usage behind an error, the error', async t => {
	const text = await capture('nvme-2.3-format-no-device-stderr');
	t.is(lastLine(text), '/dev/nvme7n1: No such file or directory');
});
