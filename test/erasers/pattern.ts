import {createHash} from 'node:crypto';
import test from 'ava';
import type {Content} from '../../src/content.ts';
import type {Device} from '../../src/devices/device.ts';
import {createMemoryDevice} from '../../src/devices/memory.ts';
import type {AnnouncedPass} from '../../src/erasers/eraser.ts';
import {schemes} from '../../src/erasers/pattern/schemes.ts';
import pattern from '../../src/erasers/pattern.ts';
import {SanitizeError} from '../../src/errors.ts';
import {holds} from '../_helpers/content.ts';
import {contextOf, erase} from '../_helpers/eraser-run.ts';
import {eraserSuite} from '../_helpers/eraser-suite.ts';

eraserSuite(test, pattern);

const MiB = 1024 ** 2;
const totalBytes = 3 * MiB + 512;

const sha256 = (key: string): string => createHash('sha256').update(Buffer.from(key, 'hex')).digest('hex');

const committedTo = (content: Content) =>
	content.kind === 'aes-256-ctr' ? {kind: content.kind, keySha256: sha256(content.key)} : content;

/** A device that keeps what it held when each pass was announced, and at each fsync. */
const watchedDevice = () => {
	const memory = createMemoryDevice({totalBytes, fill: 0xa5});
	const announced: AnnouncedPass[] = [];
	const before: Uint8Array[] = [];
	const synced: Uint8Array[] = [];
	const device: Device = {
		...memory,
		sync: async () => void synced.push(memory.bytes.slice()),
	};
	return {
		memory,
		device,
		announced,
		before,
		synced,
		announcePass(pass: AnnouncedPass): void {
			announced.push(pass);
			before.push(memory.bytes.slice());
		},
	};
};

for (const scheme of schemes) {
	test(`the scheme ${scheme.name} writes each of its passes over the whole device, announced before it`, async t => {
		const {memory, device, announced, before, synced, announcePass} = watchedDevice();
		const {result} = await erase(pattern, device, {scheme, announcePass});
		const contents = (result.passes ?? []).map(({content}) => content);
		const count = scheme.passes.length;
		t.is(contents.length, count);
		t.deepEqual(
			announced,
			contents.map((content, index) => ({pass: index + 1, passes: count, content: committedTo(content)})),
		);
		// What the pass before had left, and not one byte more: on the media, before the next began.
		t.true(before[0]?.every(byte => byte === 0xa5));
		const inBetween = contents.slice(0, -1);
		t.true(inBetween.every((content, index) => holds(before[index + 1] ?? Buffer.of(1), content)));
		t.true(inBetween.every((content, index) => holds(synced[index] ?? Buffer.of(1), content)));
		t.true(holds(memory.bytes, contents.at(-1) ?? {kind: 'zeros'}));
		t.is(result.writtenBytes, totalBytes);
		t.is(result.tool.name, 'zeroize pattern');
	});
}

test('progress counts all passes, and what is written of the device never counts twice', async t => {
	const [scheme] = schemes.filter(({name}) => name === 'dodshort');
	const {device} = watchedDevice();
	const erasing = pattern.erase(contextOf(device, scheme && {scheme}));
	let last = {writtenBytes: 0, bytes: 0};
	for (;;) {
		const next = await erasing.next();
		if (next.done) {
			break;
		}

		const {writtenBytes, reachedTo, allPasses} = next.value;
		t.is(reachedTo, 0);
		t.is(allPasses?.totalBytes, 3 * totalBytes);
		const bytes = allPasses?.bytes ?? -1;
		t.true(bytes > last.bytes && bytes <= 3 * totalBytes);
		t.true(writtenBytes >= last.writtenBytes && writtenBytes <= totalBytes);
		t.is(writtenBytes, Math.min(bytes, totalBytes));
		last = {writtenBytes, bytes};
	}

	t.deepEqual(last, {writtenBytes: totalBytes, bytes: 3 * totalBytes});
});

test('two erases have no key in common', async t => {
	const keys = new Set<string>();
	const [scheme] = schemes.filter(({name}) => name === 'bruce7');
	for (let run = 0; run < 2; run += 1) {
		const {result} = await erase(pattern, createMemoryDevice({totalBytes: 512}), scheme && {scheme});
		for (const {content} of result.passes ?? []) {
			if (content.kind === 'aes-256-ctr') {
				keys.add(content.key);
			}
		}
	}

	t.is(keys.size, 10);
});

test('an fsync that fails between two passes ends the erase', async t => {
	const [scheme] = schemes.filter(({name}) => name === 'is5enh');
	const {device, announced, announcePass} = watchedDevice();
	const failing: Device = {
		...device,
		async sync() {
			throw new SanitizeError('SYNC_FAILED', 'no');
		},
	};
	const error = (await t.throwsAsync(
		erase(pattern, failing, {announcePass, ...(scheme && {scheme})}),
	)) as SanitizeError;
	t.is(error.code, 'SYNC_FAILED');
	t.is(announced.length, 1);
});
