import {chmod, mkdir, readdir, readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {
	interruptRunUnit,
	isRunUnitActive,
	runUnitName,
	startRunUnit,
} from '../../../src/hosts/systemd/run-unit.ts';
import {runFile} from '../../_helpers/cli.ts';
import {hasTool} from '../../_helpers/executable.ts';
import {type Answer, fakeTools, temporaryDirectory} from '../../_helpers/fake-tools.ts';

const runId = '20261121T081500Z-1f2e3d4c';
const name = `zeroize-${runId}.service`;

const systemd = async (t: ExecutionContext, systemctl: readonly Answer[] = [{}]) => {
	const root = await temporaryDirectory(t);
	const units = path.join(root, 'run/systemd/system');
	await mkdir(units, {recursive: true});
	const {tools, calls} = await fakeTools(t, {systemctl});
	return {surroundings: {tools, root}, units, calls: async () => calls('systemctl')};
};

const start = {runId, command: ['/opt/zeroize', 'continue', '/tmp/a'] as const, searchPath: '/usr/bin:/bin'};

test('the unit that carries a run outlives every login and emergency mode, and is started at once', async t => {
	const {surroundings, units, calls} = await systemd(t);
	await startRunUnit(start, surroundings);
	t.is(
		await readFile(path.join(units, name), 'utf8'),
		`[Unit]
Description=zeroize, run ${runId}
DefaultDependencies=no
IgnoreOnIsolate=yes

[Service]
Type=simple
ExecStart="/opt/zeroize" "continue" "/tmp/a"
ExecStopPost=-"/opt/zeroize" "give-shell-back" "20261121T081500Z-1f2e3d4c"
Environment="PATH=/usr/bin:/bin"
WorkingDirectory=/
StandardInput=null
StandardOutput=null
StandardError=null
SendSIGHUP=no
OOMScoreAdjust=-1000
`,
	);
	t.deepEqual(await calls(), ['daemon-reload', `start ${name}`]);
});

test('characters that mean something to systemd are written so that they mean themselves', async t => {
	const {surroundings, units} = await systemd(t);
	const command = ['/opt/a $b 100%/zeroize', 'continue', '/tmp/"x" \\ $HOME %n'] as const;
	await startRunUnit({...start, command, searchPath: '/a b:/$c:/%d'}, surroundings);
	const lines = (await readFile(path.join(units, name), 'utf8')).split('\n');
	t.deepEqual(
		lines.filter(line => /^(?:ExecStart|Environment)=/.test(line)),
		[
			String.raw`ExecStart="/opt/a $b 100%%/zeroize" "continue" "/tmp/\"x\" \\ $$HOME %%n"`,
			'Environment="PATH=/a b:/$c:/%%d"',
		],
	);
});

test('systemd itself finds a program of such a name in the unit, and nothing to complain of', async t => {
	if (!(await hasTool('systemd-analyze'))) {
		t.log('there is no systemd here');
		return t.pass();
	}

	const {surroundings, units} = await systemd(t);
	const directory = path.join(await temporaryDirectory(t), 'a $b 100%');
	await mkdir(directory);
	const program = path.join(directory, 'zeroize');
	await writeFile(program, '#!/bin/sh\n');
	await chmod(program, 0o755);
	await startRunUnit({...start, command: [program, 'continue', '/tmp/$x %n']}, surroundings);
	const {stdout, stderr} = await runFile('systemd-analyze', ['verify', '--man=no', path.join(units, name)]);
	t.is(
		`${stdout}${stderr}`
			.split('\n')
			.filter(line => line.includes(name))
			.join('\n'),
		'',
	);
});

test('a unit that cannot be started is not left behind', async t => {
	const {surroundings, units} = await systemd(t, [
		{args: 'start*', exitCode: 1, stderr: 'Failed to start\n'},
		{},
	]);
	await t.throwsAsync(startRunUnit(start, surroundings), {code: 'TOOL_FAILED', message: /Failed to start/});
	t.deepEqual(await readdir(units), []);
});

test('a unit of that name that is there already is somebody else’s', async t => {
	const {surroundings, units, calls} = await systemd(t);
	await writeFile(path.join(units, name), 'theirs');
	await t.throwsAsync(startRunUnit(start, surroundings), {message: /writing .*: file already exists/});
	t.is(await readFile(path.join(units, name), 'utf8'), 'theirs');
	t.deepEqual(await calls(), []);
});

for (const [state, exitCode, isActive] of [
	['active', 0, true],
	['activating', 3, true],
	['deactivating', 3, true],
	['inactive', 3, false],
	['failed', 3, false],
	['unknown', 4, false],
	// Systemd did not answer: then nothing is known.
	['', 1, true],
	['', 200, true],
] as const) {
	test(`where systemd says "${state}" and ${exitCode}, the run ${isActive ? 'goes on' : 'has ended'}`, async t => {
		const {surroundings, calls} = await systemd(t, [{stdout: `${state}\n`, exitCode}]);
		t.is(await isRunUnitActive(runId, surroundings), isActive);
		t.deepEqual(await calls(), [`is-active ${runUnitName(runId)}`]);
	});
}

test('Ctrl-C is passed on to the program of the unit', async t => {
	const {surroundings, calls} = await systemd(t);
	await interruptRunUnit(runId, surroundings);
	t.deepEqual(await calls(), [`kill --signal=SIGINT ${name}`]);
});
