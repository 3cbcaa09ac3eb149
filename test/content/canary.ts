import {createHash} from 'node:crypto';
import test from 'ava';
import {
	type Canary,
	canaryAt,
	canaryFor,
	canaryLeft,
	canaryPlaces,
	seedHash,
} from '../../src/content/canary.ts';
import {bytesOf} from '../_helpers/content.ts';

const MiB = 1024 ** 2;
const seed = '000102030405060708090a0b0c0d0e0f';

const of = (totalBytes: number, logicalSectorBytes = 512): Canary | undefined =>
	canaryFor({totalBytes, logicalSectorBytes}, seed);

test('a canary is as large as the device can bear', t => {
	t.deepEqual(of(1024 * MiB), {seed, blocks: 256, blockBytes: 4096});
	t.deepEqual(of(64 * 1024), {seed, blocks: 4, blockBytes: 4096});
	t.is(of(4096)?.blocks, 1);
	t.is(of(4095), undefined);
	t.is(of(64 * 1024, 8192)?.blockBytes, 8192);
});

test('its places follow from the seed as it is written down', t => {
	const totalBytes = 10 * MiB + 512;
	const canary = of(totalBytes) as Canary;
	const slots = Math.floor(totalBytes / 4096);
	const wanted = new Set<number>();
	for (let number = 0; wanted.size < 256; number += 1) {
		const input = Buffer.concat([Buffer.from(seed, 'hex'), Buffer.from([0, 0, number >> 8, number & 255])]);
		wanted.add(createHash('sha256').update(input).digest().readUIntBE(0, 6) % slots);
	}

	const places = canaryPlaces(canary, totalBytes);
	t.deepEqual(
		places.map(({offset}) => offset / 4096),
		[...wanted].sort((a, b) => a - b),
	);
	t.true(places.every(({length}) => length === 4096));
	t.true((places.at(-1)?.offset ?? 0) - (places[0]?.offset ?? 0) > totalBytes / 2);
});

test('what stands there is the stream that openssl makes of its seed', t => {
	const canary = of(MiB) as Canary;
	const place = {offset: 8192, length: 4096};
	const stream = bytesOf({kind: 'aes-256-ctr', key: `${seed}${seed}`}, 3 * 4096);
	t.deepEqual(Buffer.from(canaryAt(canary, place)), stream.subarray(8192));
	t.is(seedHash(canary), createHash('sha256').update(Buffer.from(seed, 'hex')).digest('hex'));
});

test('a part of it that is left is found, to the sector', t => {
	const canary = of(MiB) as Canary;
	const place = {offset: 8192, length: 4096};
	const data = Uint8Array.from(canaryAt(canary, place));
	t.is(canaryLeft(canary, place, data).length, 8);
	t.deepEqual(canaryLeft(canary, place, new Uint8Array(4096)), []);
	data.fill(0, 0, 1024);
	data.fill(0, 1537);
	t.deepEqual(canaryLeft(canary, place, data), [{offset: 8192 + 1024, length: 512}]);
});
