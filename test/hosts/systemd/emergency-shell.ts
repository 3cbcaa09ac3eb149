import {mkdir, readdir, readFile, rm} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {giveShellBack} from '../../../src/hosts/systemd/emergency-shell.ts';
import systemd from '../../../src/hosts/systemd.ts';
import {type Answer, fakeTools, temporaryDirectory} from '../../_helpers/fake-tools.ts';
import {writeTree} from '../../_helpers/surroundings.ts';

const machine = async (t: ExecutionContext, systemctl: readonly Answer[] = [{}]) => {
	const root = await temporaryDirectory(t);
	await mkdir(path.join(root, 'run/systemd/system'), {recursive: true});
	const {tools, calls} = await fakeTools(t, {systemctl});
	const dropIns = path.join(root, 'run/systemd/system/emergency.service.d');
	return {surroundings: {tools, root}, dropIns, calls: async () => calls('systemctl')};
};

test('where the run needs no shell, emergency mode only waits', async t => {
	const {surroundings, dropIns, calls} = await machine(t);
	await systemd.create(surroundings).enterEmergency({withoutShell: true});
	t.is(
		await readFile(path.join(dropIns, '50-zeroize.conf'), 'utf8'),
		`[Service]\nExecStartPre=\nExecStart=\nExecStart=${await surroundings.tools.find('sleep')} infinity\n`,
	);
	t.deepEqual(await calls(), ['daemon-reload', 'emergency']);
});

test('the shell is given back, once', async t => {
	const {surroundings, dropIns, calls} = await machine(t);
	await systemd.create(surroundings).enterEmergency({withoutShell: true});
	await giveShellBack(surroundings);
	t.deepEqual(await readdir(dropIns), []);
	const after = ['daemon-reload', 'emergency', 'daemon-reload', 'try-restart --no-block emergency.service'];
	t.deepEqual(await calls(), after);
	await giveShellBack(surroundings);
	t.deepEqual(await calls(), after);
});

test('where the shell stays, nothing is written', async t => {
	const {surroundings, dropIns, calls} = await machine(t);
	await systemd.create(surroundings).enterEmergency({withoutShell: false});
	await giveShellBack(surroundings);
	await t.throwsAsync(readdir(dropIns), {code: 'ENOENT'});
	t.deepEqual(await calls(), ['emergency']);
});

test('emergency mode is not entered where the shell cannot be withheld', async t => {
	const {surroundings, calls} = await machine(t);
	await rm(path.join(surroundings.root, 'run/systemd'), {recursive: true});
	await writeTree(surroundings.root, {'run/systemd': 'a file'});
	await t.throwsAsync(systemd.create(surroundings).enterEmergency({withoutShell: true}), {
		message: /^writing .*50-zeroize\.conf: /,
	});
	t.deepEqual(await calls(), []);
});

test('a machine that does not go where it shall does not go there later either', async t => {
	const {surroundings} = await machine(t, [{exitCode: 1, stderr: 'Call to PowerOff failed\n'}]);
	const stage = path.join(surroundings.root, 'run/initramfs');
	await writeTree(stage, {shutdown: '', zeroize: ''});
	await t.throwsAsync(systemd.create(surroundings).leave(), {message: /Call to PowerOff failed/});
	t.deepEqual(await readdir(stage), ['zeroize']);
});

test('a machine that goes there finds what was staged', async t => {
	const {surroundings, calls} = await machine(t);
	await systemd.create(surroundings).leave();
	t.deepEqual(await calls(), ['reboot']);
});
