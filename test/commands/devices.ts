import test from 'ava';
import {runFile} from '../_helpers/cli.ts';
import {temporaryDirectory} from '../_helpers/fake-tools.ts';
import {attachLoop, isRoot} from '../_helpers/loop.ts';
import {runMain} from '../_helpers/main.ts';

const serial = isRoot ? test.serial : test.serial.skip;

interface Row {
	readonly path: string;
	readonly drive?: {readonly luks?: {readonly version: number}; readonly hiddenAreas: readonly unknown[]};
}

serial('a loop device is listed without a drive, one with a LUKS header with its key slots', async t => {
	const directory = await temporaryDirectory(t);
	const [plain, encrypted, key] = ['plain', 'encrypted', 'key'].map(name => `${directory}/${name}`);
	if (!plain || !encrypted || !key) {
		throw new TypeError('three names');
	}

	await runFile('truncate', ['-s', '32M', plain, encrypted]);
	await runFile('cp', ['/proc/version', key]);
	const quick = ['--pbkdf', 'pbkdf2', '--pbkdf-force-iterations', '1000'];
	await runFile('/usr/sbin/cryptsetup', ['luksFormat', '-q', ...quick, '--key-file', key, encrypted]);
	await using one = await attachLoop(plain);
	await using other = await attachLoop(encrypted);
	const rows: readonly Row[] = JSON.parse((await runMain(['devices', '--json'])).stdout);
	t.is(rows.find(({path}) => path === one.path)?.drive, undefined);
	const drive = rows.find(({path}) => path === other.path)?.drive;
	t.is(drive?.luks?.version, 2);
	t.deepEqual(drive?.hiddenAreas, []);

	const {stdout} = await runMain(['devices']);
	t.regex(stdout, /drive: LUKS2 with 1 key slots in use/);
	t.true(stdout.split('\n').every(line => line.length <= 80));
});
