import {appendFile, mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {createConsoles} from '../../src/output/consoles.ts';
import {temporaryDirectory} from '../_helpers/fake-tools.ts';
import {connect, openPty} from '../_helpers/pty.ts';
import {writeTree} from '../_helpers/surroundings.ts';

const emergencies = '1\t4\t1\t7\n';
const warnings = '7\t4\t1\t7\n';

// One after the other: the number of a terminal that hung up is given to the next one.

/** A machine with these terminals; `printk` has the level below which the kernel's messages are shown. */
const machine = async (t: ExecutionContext, printk = emergencies): Promise<string> => {
	const root = await temporaryDirectory(t);
	await mkdir(path.join(root, 'dev'));
	await writeTree(root, {'proc/sys/kernel/printk': printk, 'dev/kmsg': '6,1,1,-;booted\n'});
	return root;
};

test.serial('what is written is shown on every console, in whole lines', async t => {
	const root = await machine(t);
	const ptys = [await openPty(t), await openPty(t)];
	await Promise.all(ptys.map(async (pty, index) => connect(root, `ttyS${index}`, pty)));
	const output = createConsoles(['ttyS0', 'ttyS1'], root);
	output.write('one\n');
	output.write('größer\n');
	t.true(await output.flush(5000));
	for (const pty of ptys) {
		await pty.shows(/größer\n/);
		t.is(pty.text(), 'one\ngrößer\n');
	}
});

test.serial('it is a terminal of 80 columns that is never closed', async t => {
	const output = createConsoles([], await machine(t));
	output.write('into nothing\n');
	t.like(output, {isTTY: true, columns: 80, isClosed: false});
	t.false(await output.flush(100));
});

test.serial('after a console hung up and came back, writing goes on there', async t => {
	const root = await machine(t);
	const first = await openPty(t);
	await connect(root, 'ttyS0', first);
	const output = createConsoles(['ttyS0'], root);
	output.write('before\n');
	await first.shows(/before\n/);
	await first.hangUp();
	output.write('meanwhile\n');
	t.false(await output.flush(200), 'nobody has seen it yet');
	const second = await openPty(t);
	await connect(root, 'ttyS0', second);
	await second.shows(/meanwhile\n/);
	output.write('after\n');
	await second.shows(/after\n/);
	t.true(await output.flush(5000));
	t.is(second.text(), 'meanwhile\nafter\n');
});

test.serial('a console that is not there yet is written to as soon as it is', async t => {
	const root = await machine(t);
	const output = createConsoles(['ttyS0'], root);
	output.write('early\n');
	const pty = await openPty(t);
	await connect(root, 'ttyS0', pty);
	await pty.shows(/early\n/);
	t.pass();
});

test.serial('a console that takes nothing holds up neither the writer nor the others', async t => {
	const root = await machine(t);
	const [deaf, other] = [await openPty(t, {isDeaf: true}), await openPty(t)];
	await connect(root, 'ttyS0', deaf);
	await connect(root, 'ttyS1', other);
	const output = createConsoles(['ttyS0', 'ttyS1'], root);
	const line = `${'x'.repeat(79)}\n`;
	const startedAtMs = performance.now();
	for (let count = 0; count < 1000; count += 1) {
		output.write(line);
	}

	output.write('the end\n');
	t.true(performance.now() - startedAtMs < 20_000);
	await other.shows(/the end\n/);
	t.is(other.text(), `${line.repeat(1000)}the end\n`);
});

test.serial('what a kernel message may have cut is shown once more, and only that', async t => {
	const root = await machine(t, warnings);
	const pty = await openPty(t);
	await connect(root, 'ttyS0', pty);
	const output = createConsoles(['ttyS0'], root);
	output.write('long ago\n');
	await pty.shows(/long ago\n/);
	await sleep(300);
	output.write('one\n');
	output.write('two\n');
	await appendFile(path.join(root, 'dev/kmsg'), '4,2,2,-;a warning\n');
	await pty.shows(/once more[^\n]*\none\ntwo\n/);
	output.write('three\n');
	await pty.shows(/three\n/);
	await sleep(300);
	t.is(pty.text(), 'long ago\none\ntwo\n(once more: a kernel message cut in)\none\ntwo\nthree\n');
});

test.serial('a message that the kernel keeps off the console cuts nothing', async t => {
	const root = await machine(t);
	const pty = await openPty(t);
	await connect(root, 'ttyS0', pty);
	const output = createConsoles(['ttyS0'], root);
	output.write('one\n');
	await appendFile(path.join(root, 'dev/kmsg'), '4,2,2,-;a warning\n');
	await pty.shows(/one\n/);
	t.true(await output.flush(5000));
	await sleep(100);
	t.is(pty.text(), 'one\n');
});

test.serial('before the last line counts as written, it is seen whether it was cut', async t => {
	const root = await machine(t, warnings);
	const pty = await openPty(t);
	await connect(root, 'ttyS0', pty);
	const output = createConsoles(['ttyS0'], root);
	output.write('certificate\n');
	await appendFile(path.join(root, 'dev/kmsg'), '3,2,2,-;an error\n');
	t.true(await output.flush(5000));
	await pty.shows(/once more[^\n]*\ncertificate\n/);
	t.pass();
});

test.serial('where there are no kernel messages to read, lines are shown once', async t => {
	const root = await temporaryDirectory(t);
	const pty = await openPty(t);
	await connect(root, 'ttyS0', pty);
	const output = createConsoles(['ttyS0'], root);
	output.write('one\n');
	await pty.shows(/one\n/);
	await sleep(200);
	t.is(pty.text(), 'one\n');
});

test.serial(
	'steady progress behind a long text does not make it grow: it is forgotten once it is through',
	async t => {
		const root = await machine(t, warnings);
		const pty = await openPty(t);
		await connect(root, 'ttyS0', pty);
		const output = createConsoles(['ttyS0'], root);
		output.write(`${'x'.repeat(79)}\n`.repeat(10));
		for (let count = 0; count < 12; count += 1) {
			await sleep(150);
			output.write(`${count}\n`);
		}

		await writeFile(path.join(root, 'dev/kmsg'), '4,2,2,-;a warning\n', {flag: 'a'});
		await pty.shows(/once more.*\n/);
		await sleep(300);
		t.notRegex(pty.text().slice(pty.text().indexOf('once more')), /xxx/);
	},
);
