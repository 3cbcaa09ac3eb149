import {appendFile, stat, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {PassThrough} from 'node:stream';
import {text} from 'node:stream/consumers';
import test, {type ExecutionContext} from 'ava';
import {temporaryDirectory} from '../../_helpers/loop.ts';
import {openConsole} from '../machine/console.ts';

const setUp = async (t: ExecutionContext) => {
	const directory = await temporaryDirectory();
	t.teardown(async () => directory[Symbol.asyncDispose]());
	const logFile = path.join(directory.path, 'console.log');
	await writeFile(logFile, '');
	const keyboard = new PassThrough();
	const gone = new AbortController();
	const console = openConsole({keyboard, logFile, gone: gone.signal});
	return {
		console,
		keyboard,
		gone,
		logFile,
		show: async (shown: string | Uint8Array) => appendFile(logFile, shown),
	};
};

const soon = {timeoutMs: 300};
const later = {timeoutMs: 10_000};

test('waits for what comes in pieces, and goes on from its end', async t => {
	const {console, show} = await setUp(t);
	const waiting = console.waitFor(/router login: /, later);
	await show('Debian\r\nrouter lo');
	await show('\u001B[0mgin: ');
	t.is((await waiting)[0], 'router login: ');
	t.is(await console.sees(/router/, soon), undefined);
	await show('router again');
	t.truthy(await console.sees(/router/, later));
	t.is(await console.shown(), 'Debian\nrouter login: router again');
});

test('a guest that is switched on again shows nothing of before', async t => {
	const {console, keyboard, gone, logFile, show} = await setUp(t);
	await show('before login: ');
	const startsAt = (await stat(logFile)).size;
	const again = openConsole({keyboard, logFile, startsAt, gone: gone.signal});
	await show('after');
	t.is(await again.shown(), 'after');
	t.is(await console.shown(), 'before login: after');
});

test('a character that comes in two pieces is one', async t => {
	const {console, show} = await setUp(t);
	const block = Buffer.from('█');
	await show(block.subarray(0, 1));
	t.is(await console.shown(), '');
	await show(block.subarray(1));
	t.is(await console.shown(), '█');
});

test('what is not shown in time ends with the last lines', async t => {
	const {console, show} = await setUp(t);
	await show('one\ntwo\n');
	await t.throwsAsync(console.waitFor(/three/, soon), {message: /three.*not shown in 0\.3 s.*one\ntwo/s});
});

test('a sign of failure ends the waiting at once', async t => {
	const {console, show} = await setUp(t);
	await show('Kernel panic');
	await t.throwsAsync(console.waitFor(/login/, {...later, unless: [/panic/]}), {message: /panic/});
});

test('a guest that is gone is not waited for, but read to its end', async t => {
	const {console, gone, show} = await setUp(t);
	await show('the end');
	gone.abort();
	t.truthy(await console.sees(/the end/, later));
	await t.throwsAsync(console.waitFor(/more/, later), {message: /the guest is gone/});
});

test('types lines and keys until the terminal is closed', async t => {
	const {console, keyboard} = await setUp(t);
	await console.type('root');
	await console.press('\u0003');
	keyboard.end();
	t.is(await text(keyboard), 'root\r\u0003');
	console.close();
	t.true(keyboard.destroyed);
});
