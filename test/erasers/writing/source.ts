import test from 'ava';
import fc from 'fast-check';
import {keyStream} from '../../../src/content/key-stream.ts';
import {type Content, repeated, zeros} from '../../../src/content.ts';
import {createBuffers, createSource} from '../../../src/erasers/writing/source.ts';

const key = '0f'.repeat(32);

const byteAt = (content: Content, offset: number): number => {
	switch (content.kind) {
		case 'zeros':
			return 0;
		case 'bytes':
			return Buffer.from(content.hex, 'hex')[offset % (content.hex.length / 2)] ?? -1;
		case 'aes-256-ctr':
			return keyStream(content.key, offset, 1)[0] ?? -1;
		default:
			return content satisfies never;
	}
};

const contents: readonly Content[] = [
	...[zeros, repeated('ff'), repeated('924924'), repeated('0102030405')],
	{kind: 'aes-256-ctr', key},
];

test('a source has each byte where it belongs, whatever part is asked for, one source after another', t => {
	const buffers = createBuffers();
	const part = fc.record({
		content: fc.constantFrom(...contents),
		sectorBytes: fc.constantFrom(512, 4096),
		sector: fc.nat(2 ** 40),
		sectors: fc.integer({min: 1, max: 40}),
		at: fc.double({min: 0, max: 1, maxExcluded: true, noNaN: true}),
	});
	fc.assert(
		fc.property(part, ({content, sectorBytes, sector, sectors, at}) => {
			const source = createSource(content, sectorBytes, buffers);
			const [offset, length] = [sector * sectorBytes, sectors * sectorBytes];
			const data = source.take(offset, length);
			t.is(data.length, length);
			t.is(data.byteOffset % sectorBytes, 0);
			for (const place of [0, Math.floor(at * length), length - 1]) {
				t.is(data[place], byteAt(content, offset + place));
			}

			source.giveBack(data);
		}),
		{numRuns: 300},
	);
});

test('a stream has a buffer for each taker, and uses those that came back', t => {
	const source = createSource({kind: 'aes-256-ctr', key}, 512);
	const [first, second] = [source.take(0, 1024), source.take(1024, 512)];
	t.not(first.buffer, second.buffer);
	t.deepEqual([...first.subarray(0, 16)], [...keyStream(key, 0, 16)]);
	source.giveBack(first);
	t.is(source.take(4096, 65_536).buffer, first.buffer);
});
