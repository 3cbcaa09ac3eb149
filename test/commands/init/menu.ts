import {mkdir} from 'node:fs/promises';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {createMenu} from '../../../src/commands/init/menu.ts';
import {createConsoles} from '../../../src/output/consoles.ts';
import {createTools} from '../../../src/process.ts';
import {temporaryDirectory} from '../../_helpers/fake-tools.ts';
import {surroundingsOf} from '../../_helpers/main.ts';
import {connect, openPty} from '../../_helpers/pty.ts';

// One after the other: the number of a terminal that hung up is given to the next one.

const open = async (t: ExecutionContext, names: readonly string[] = ['ttyS0']) => {
	const root = await temporaryDirectory(t);
	await mkdir(path.join(root, 'dev'));
	const ptys = [];
	for (const name of names) {
		const pty = await openPty(t);
		await connect(root, name, pty);
		ptys.push(pty);
	}

	const output = createConsoles(names, root);
	const tools = createTools({env: process.env});
	const {surroundings} = surroundingsOf({root, tools, stdout: output, stderr: output});
	return {root, menu: createMenu(names, surroundings), ptys, surroundings};
};

const never = {tail: ['erase: failed'], retryAfterMs: undefined};

for (const [key, choice] of [
	['r', 'retry'],
	['p', 'poweroff'],
] as const) {
	test.serial(`"${key}" at a console is the choice ${choice}`, async t => {
		const {menu, ptys} = await open(t);
		const asked = menu.ask(never);
		await ptys[0]?.shows(
			/This machine stays on[\s\S]*erase: failed[\s\S]* r {2}try again[\s\S]* p {2}power off[\s\S]*\n/,
		);
		ptys[0]?.type(` ${key} \n`);
		t.is(await asked, choice);
	});
}

test.serial('whoever is first at one of several consoles chooses', async t => {
	const {menu, ptys} = await open(t, ['tty0', 'ttyS0']);
	const asked = menu.ask(never);
	for (const pty of ptys) {
		await pty.shows(/power off/);
	}

	ptys[1]?.type('p\n');
	t.is(await asked, 'poweroff');
});

test.serial('anything else shows the choices once more, and chooses nothing', async t => {
	const {menu, ptys} = await open(t);
	const [pty] = ptys;
	const asked = menu.ask(never);
	await pty?.shows(/back here\n/);
	for (const garbage of ['', 'R', 'retry', 'x'.repeat(3000), '\u0000\u001b[A']) {
		pty?.type(`${garbage}\n`);
		await pty?.shows(/Type a letter[\s\S]*back here\n/);
	}

	pty?.type('p\n');
	t.is(await asked, 'poweroff');
});

test.serial('without an answer it is tried again after the time that was said', async t => {
	const {menu, ptys} = await open(t);
	const startedAtMs = performance.now();
	const asked = menu.ask({tail: [], retryAfterMs: 1000});
	await ptys[0]?.shows(/tried again in \S+/);
	t.is(await asked, 'retry');
	t.true(performance.now() - startedAtMs >= 990);
});

test.serial('with no console at all it is tried again all the same', async t => {
	const root = await temporaryDirectory(t);
	const {surroundings} = surroundingsOf({root});
	t.is(await createMenu(['ttyS0'], surroundings).ask({tail: [], retryAfterMs: 100}), 'retry');
});

test.serial('a shell runs on the terminal that asked for it, and its end leads back', async t => {
	const {menu, ptys} = await open(t, ['tty0', 'ttyS0']);
	const [other, pty] = ptys;
	const asked = menu.ask(never);
	await pty?.shows(/back here\n/);
	pty?.type('s\n');
	await pty?.shows(/[#$] /);
	pty?.type('echo "on $(tty)"\n');
	await pty?.shows(new RegExp(`on ${pty.path}\n`));
	pty?.type('exit\n');
	await pty?.shows(/Type a letter/);
	// Not a key of what is typed now is lost to the shell that was.
	pty?.type('r\n');
	t.is(await asked, 'retry');
	t.notRegex(other?.text() ?? '', /on \/dev/);
});

test.serial('where no shell was staged, none is offered', async t => {
	const {root, ptys, surroundings} = await open(t);
	const find = async (): Promise<never> => {
		throw new Error('missing');
	};
	const menu = createMenu(['ttyS0'], {...surroundings, root, tools: {...surroundings.tools, find}});
	const asked = menu.ask(never);
	await ptys[0]?.shows(/power off.*\n/);
	ptys[0]?.type('s\n');
	await ptys[0]?.shows(/Type a letter[\s\S]*power off.*\n/);
	ptys[0]?.type('p\n');
	t.is(await asked, 'poweroff');
	t.notRegex(ptys[0]?.text() ?? '', /a shell/);
});

test.serial('a console that hangs up while it is asked, and comes back, can answer', async t => {
	const {root, menu, ptys} = await open(t);
	const asked = menu.ask(never);
	await ptys[0]?.shows(/back here\n/);
	await ptys[0]?.hangUp();
	await sleep(300);
	const again = await openPty(t);
	await connect(root, 'ttyS0', again);
	await sleep(2500);
	again.type('p\n');
	t.is(await Promise.race([asked, sleep(5000)]), 'poweroff');
});
