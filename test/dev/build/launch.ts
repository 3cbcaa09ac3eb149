import {spawnSync} from 'node:child_process';
import {readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import packageJson from '../../../package.json' with {type: 'json'};
import {buildBefore} from '../../_helpers/built.ts';
import {offsetOfAsset, run, timesOfVersion} from '../../_helpers/executable.ts';

const native = process.arch === 'x64' ? test.serial : test.serial.skip;

const {built, place} = buildBefore();

native('it starts from what was compiled before; without that it starts, too', async t => {
	const content = await readFile(built.x64);
	const offset = offsetOfAsset(content, 'zeroize.cache');
	t.true(offset > 0);
	// The first bytes are V8's mark.
	content.writeUInt32LE(content.readUInt32LE(offset) + 1, offset);
	const without = path.join(await place(t), 'zeroize');
	await writeFile(without, content, {mode: 0o755});
	t.is(await run(without, ['--version']), `${packageJson.version}\n`);
	const [seconds = 0, secondsWithout = 0] = await timesOfVersion(built.x64, without);
	t.true(seconds < secondsWithout * 0.9, `${seconds} s and ${secondsWithout} s`);
});

// Modules of Node that it loads when it needs them.
for (const destination of [
	'http://127.0.0.1:9/',
	'https://localhost:9/',
	'syslog+tcp://127.0.0.1:9',
	'syslog+tls://127.0.0.1:9',
]) {
	native(`it asks ${destination} before it starts`, async t => {
		const work = await place(t);
		const image = path.join(work, 'disk.img');
		await writeFile(image, Buffer.alloc(1024 ** 2, 1));
		const wanted = ['--device', `file:${image}`, '--confirm', image, '--destination', destination];
		const {status, stderr} = spawnSync(built.x64, ['run', 'erase', ...wanted, '--state-dir', work]);
		t.is(status, 3);
		t.regex(`${stderr}`, /nothing listens there: connect ECONNREFUSED/);
		t.deepEqual(await readFile(image), Buffer.alloc(1024 ** 2, 1));
	});
}
