import {mkdir, truncate, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {$} from 'zx';
import {drawQrCode} from '../../../src/certificate/qr-code.ts';
import {temporaryDirectory} from '../../_helpers/loop.ts';
import {blockBytes, countNonZeroBlocks, nonZeroBlocks, sectorBytes} from '../outside/blocks.ts';
import {readEvidence} from '../outside/evidence.ts';
import {disorder} from '../outside/order.ts';
import {scanConsole} from '../outside/qr-codes.ts';

const directoryFor = async (t: ExecutionContext): Promise<string> => {
	const directory = await temporaryDirectory();
	t.teardown(async () => directory[Symbol.asyncDispose]());
	return directory.path;
};

test('counts the blocks that hold anything: at an edge, at a chunk, in a short last one', async t => {
	const file = path.join(await directoryFor(t), 'image');
	const blocks = 600;
	const image = Buffer.alloc(blocks * blockBytes + 7);
	t.deepEqual(await nonZeroBlocks(await written(file, image)), []);
	for (const offset of [0, 2 * blockBytes - 1, 256 * blockBytes, 257 * blockBytes - 1, image.length - 1]) {
		image[offset] = 1;
	}

	t.deepEqual(await nonZeroBlocks(await written(file, image)), [0, 1, 256, blocks]);
	t.is(await countNonZeroBlocks(file), 4);
	const perBlock = blockBytes / sectorBytes;
	t.deepEqual(await nonZeroBlocks(file, sectorBytes), [
		...[0, 2 * perBlock - 1, 256 * perBlock, 257 * perBlock - 1, blocks * perBlock],
	]);
});

test('a hole counts as zeros', async t => {
	const file = path.join(await directoryFor(t), 'image');
	await writeFile(file, 'x');
	await truncate(file, 64 * 1024 * 1024);
	t.deepEqual(await nonZeroBlocks(file), [0]);
});

const written = async (file: string, bytes: Uint8Array): Promise<string> => {
	await writeFile(file, bytes);
	return file;
};

test('says what is missing and what comes too early', t => {
	const milestones = [
		{name: 'one', pattern: /^1/m},
		{name: 'two', pattern: /^2/m},
		{name: 'three', pattern: /^3/m},
	];
	t.is(disorder('0\n1\n2\n3\n', milestones), undefined);
	t.is(disorder('1\n3\n', milestones), 'nothing tells: two');
	t.is(disorder('2\n1\n3\n', milestones), 'two comes before one');
	// Told twice, the first time counts: it must not be early.
	t.is(disorder('1\n3\n2\n3\n', milestones), 'three comes before two');
});

test('reads the one run off an image without mounting it', async t => {
	const directory = await directoryFor(t);
	const image = path.join(directory, 'evidence.raw');
	const make = async (...runs: readonly string[]) => {
		const tree = path.join(directory, `tree-${runs.length}`);
		for (const run of runs) {
			await mkdir(path.join(tree, run), {recursive: true});
			await writeFile(path.join(tree, run, 'journal.jsonl'), '{}\n');
			await writeFile(path.join(tree, run, 'certificate.json'), '{"outcome":"sanitized"}\n');
		}

		await $`rm -f ${image}`;
		await $`mkfs.ext4 -q -d ${tree} ${image} 2M`.quiet();
	};
	await make('router-20260101T000000Z-1');
	const evidence = await readEvidence(image, path.join(directory, 'out'));
	t.is(evidence.journal, '{}\n');
	t.is(evidence.certificate, '{"outcome":"sanitized"}\n');
	await make('router-20260101T000000Z-1', 'router-20260102T000000Z-2');
	await t.throwsAsync(readEvidence(image, path.join(directory, 'out2')), {message: /holds 2 runs/});
});

test('scans the codes that a console shows, each for itself', async t => {
	const texts = ['ZEROIZE:1:FIRST', 'ZEROIZE:1:SECOND'];
	const [first = [], second = []] = texts.map(text => drawQrCode(text).rows);
	const shown = ['12:03:04 ▀▄ text', ...first, '12:03:05 more', '', ...second, 'end'].join('\n');
	t.deepEqual(await scanConsole(shown), texts);
	t.deepEqual(await scanConsole('no picture\n██\n'), []);
});
