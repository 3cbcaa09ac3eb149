import {existsSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import type {EventBody} from '../../src/events.ts';
import {readJournal} from '../../src/journal.ts';
import type {Plan} from '../../src/plan.ts';
import {isAllZero} from '../_helpers/cli.ts';
import {fakeTools} from '../_helpers/fake-tools.ts';
import {departure, keptRun} from '../_helpers/kept.ts';
import {leftMachine, planToLeave, totalBytes} from '../_helpers/leaving.ts';
import {isRoot} from '../_helpers/loop.ts';
import {runMain} from '../_helpers/main.ts';
import {connect, openPty} from '../_helpers/pty.ts';
import {writeTree} from '../_helpers/surroundings.ts';

const asRoot = isRoot ? test.serial : test.serial.skip;

const dropIn = 'run/systemd/system/emergency.service.d/50-zeroize.conf';

const confirmation = ({devices}: Plan, typed: string | null): readonly EventBody[] =>
	typed === null
		? []
		: [
				{
					type: 'run.confirmed',
					confirmations: typed === 'wrong' ? ['WRONG'] : devices.map(device => device.confirmation),
				},
			];

/** A machine in emergency mode without a shell, and a run there whose way into RAM is blocked. */
const blocked = async (t: ExecutionContext, typed: 'confirmed' | 'wrong' | null) => {
	const {place, image, plan: planned} = await planToLeave(t);
	const plan = {
		...planned,
		host: 'system' as const,
		departure: {...departure, executable: process.execPath, programs: ['zeroize-no-such-program']},
	};
	const directory = await keptRun(
		path.join(place.directory, 'state-of-it'),
		plan,
		...confirmation(plan, typed),
	);
	const root = await leftMachine(place);
	const unit = `run/systemd/system/zeroize-${plan.runId}.service`;
	await writeTree(root, {[dropIn]: '[Service]\n', [unit]: ''});
	const pty = await openPty(t);
	await connect(root, 'ttyS0', pty);
	const {tools, calls} = await fakeTools(t, {systemctl: [{}]});
	return {
		...{image, pty, directory},
		// Without its file systemd forgets, at a daemon-reload, what lets the unit survive emergency mode.
		isUnitThere: () => existsSync(path.join(root, unit)),
		isWithheld: () => existsSync(path.join(root, dropIn)),
		calls: async () => calls('systemctl'),
		go: async () => runMain(['continue', directory], {root, tools}),
	};
};

asRoot('a run that cannot leave says so on the console, and gives the operator the shell back', async t => {
	const {image, pty, directory, isUnitThere, isWithheld, calls, go} = await blocked(t, 'confirmed');
	const {exitCode, end} = await go();
	t.is(exitCode, 3);
	t.falsy(end.halt ?? end.leave);
	t.false(isWithheld());
	t.true(isUnitThere());
	t.deepEqual(await calls(), ['daemon-reload', 'try-restart --no-block emergency.service']);
	t.false(await isAllZero(image, totalBytes));
	await pty.shows(/zeroize-no-such-program[\s\S]*refused/i);
	const text = await readFile(path.join(directory, 'journal.jsonl'), 'utf8');
	t.like(readJournal(text, 'j').at(-1)?.event, {type: 'run.finished', outcome: 'refused', exitCode: 3});
});

asRoot('a confirmation that is not the right one refuses it, and nothing is told in the journal', async t => {
	const {image, pty, directory, isWithheld, go} = await blocked(t, 'wrong');
	const {exitCode} = await go();
	t.is(exitCode, 3);
	t.false(isWithheld());
	t.false(await isAllZero(image, totalBytes));
	await pty.shows(/zeroize: going on with the run: erasing .* must be confirmed[\s\S]*hint: /);
	const text = await readFile(path.join(directory, 'journal.jsonl'), 'utf8');
	t.is(readJournal(text, 'j').length, 2);
});

asRoot('a journal without a confirmation is not gone on with', async t => {
	const {image, isWithheld, go} = await blocked(t, null);
	const {exitCode, stderr} = await go();
	t.is(exitCode, 3);
	t.regex(stderr, /tells of no confirmation/);
	t.false(isWithheld());
	t.false(await isAllZero(image, totalBytes));
});
