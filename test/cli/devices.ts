import {readFile} from 'node:fs/promises';
import test, {type ExecutionContext} from 'ava';
import {createPlace, isAllZero, zeroize} from '../_helpers/cli.ts';
import {attachLoop, isRoot, loopsOf} from '../_helpers/loop.ts';

const MiB = 1024 ** 2;

interface Target {
	readonly totalBytes: number;
	readonly sectorSize?: number;
	/** A loop device that is there already, by default. */
	readonly scheme?: 'loop' | 'file';
	readonly eraser?: 'dd' | 'direct' | 'zero-range';
}

const targets: Readonly<Record<string, Target>> = {
	'a loop device of 256 MiB': {totalBytes: 256 * MiB},
	'a loop device of 256 MiB and one sector': {totalBytes: 256 * MiB + 512},
	'a loop device of 4096-byte sectors': {totalBytes: 5 * MiB + 4096, sectorSize: 4096},
	'a loop device of 4096-byte sectors, by our own writer': {
		totalBytes: 5 * MiB + 4096,
		sectorSize: 4096,
		eraser: 'direct',
	},
	'a loop device of one sector': {totalBytes: 512},
	'a loop device of one sector, by our own writer': {totalBytes: 512, eraser: 'direct'},
	'a file attached for the run': {totalBytes: 3 * MiB + 512, scheme: 'loop'},
	'a file attached for the run, by the device itself': {
		totalBytes: 9 * MiB + 512,
		scheme: 'loop',
		eraser: 'zero-range',
	},
	'a file of one byte': {totalBytes: 1, scheme: 'file'},
	'a file of 1,000,001 bytes': {totalBytes: 1_000_001, scheme: 'file'},
	'a file of 1,000,001 bytes, by our own writer': {totalBytes: 1_000_001, scheme: 'file', eraser: 'direct'},
};

const serial = isRoot ? test.serial : test.serial.skip;

const attach = async (t: ExecutionContext, image: string, sectorSize: number | undefined) => {
	const loop = await attachLoop(image, sectorSize === undefined ? {} : {sectorSize});
	t.teardown(async () => loop[Symbol.asyncDispose]());
	return loop;
};

for (const [title, {totalBytes, sectorSize, scheme, eraser}] of Object.entries(targets)) {
	serial(`${title} is zero to its last byte`, async t => {
		const place = await createPlace(t);
		const image = await place.image(totalBytes);
		const loop = scheme === undefined ? await attach(t, image, sectorSize) : undefined;
		const path = loop?.path ?? image;
		const args = ['--device', scheme ? `${scheme}:${image}` : path, '--confirm', path, ...place.args];
		const end = await zeroize([
			...['run', 'erase', ...args, '--progress', 'json'],
			...(eraser ? ['--eraser', eraser] : []),
		]);
		t.is(end.exitCode, 0, end.stderr);
		t.is(end.stderr, '');
		await loop?.[Symbol.asyncDispose]();
		t.deepEqual(await loopsOf(image), []);
		t.true(await isAllZero(image, totalBytes));

		const counts = {totalBytes, writtenBytes: totalBytes, verifiedBytes: totalBytes};
		t.like(end.events.at(-1), {type: 'run.finished', devices: [{path, outcome: 'sanitized', ...counts}]});
		const [log = ''] = (await place.runs()).log;
		const certificate = JSON.parse(await readFile(`${log}/certificate.json`, 'utf8'));
		t.like(certificate, {outcome: 'sanitized', totalBytes, writtenBytes: totalBytes});
		t.is(certificate.verification.verifiedBytes, totalBytes);
		t.is(certificate.tool.eraser, eraser ?? 'dd');
		t.is(
			certificate.notCovered.some((what: string) => what.includes('only have marked as zero')),
			eraser === 'zero-range',
		);
	});
}
