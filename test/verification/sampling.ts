import {createHash} from 'node:crypto';
import test from 'ava';
import fc from 'fast-check';
import {SanitizeError} from '../../src/errors.ts';
import {createSampling, randomSeed, sampleSection} from '../../src/verification/sampling.ts';

const seed = '000102030405060708090a0b0c0d0e0f';

const settings = fc.record({
	sectors: fc.oneof(fc.integer({min: 1, max: 5000}), fc.integer({min: 2000, max: 10_000_000})),
	sectorBytes: fc.constantFrom(512, 4096),
	percent: fc.oneof(fc.double({min: 0.001, max: 100, noNaN: true}), fc.integer({min: 1, max: 100})),
	seed: fc.uint8Array({minLength: 16, maxLength: 16}).map(bytes => Buffer.from(bytes).toString('hex')),
});

test('samples lie inside their section, do not overlap, and are half of the percentage each', t => {
	fc.assert(
		fc.property(
			settings,
			fc.integer({min: 0, max: 999}),
			({sectors: few, percent: asked, seed: from}, section) => {
				const sectors = few + 4000;
				const percent = Math.min(asked, 40);
				const start = Math.floor((section * sectors) / 1000);
				const end = Math.floor(((section + 1) * sectors) / 1000);
				const [a, b] = sampleSection(section, sectors, percent, from);
				t.true(a.sector >= start);
				t.true(a.sector + a.sectors <= b.sector);
				t.true(b.sector + b.sectors <= end);
				t.true(a.sectors >= 1 && a.sectors === b.sectors);
				t.true(a.sectors >= ((end - start) * percent) / 200 - 1e-6);
			},
		),
		{numRuns: 2000},
	);
});

test('ranges are sorted, apart, inside the device, and cover at least the percentage and both ends', t => {
	fc.assert(
		fc.property(settings, ({sectors, sectorBytes, percent, seed: from}) => {
			const totalBytes = sectors * sectorBytes;
			const sampling = createSampling({totalBytes, sectorBytes, percent, seed: from});
			const ranges = [...sampling.ranges()];
			const isApart = ranges.every(({offset}, index) => {
				const before = ranges[index - 1];
				return !before || before.offset + before.length < offset;
			});
			t.true(isApart);
			t.true(
				ranges.every(
					({offset, length}) => offset % sectorBytes === 0 && length % sectorBytes === 0 && length > 0,
				),
			);
			t.is(ranges[0]?.offset, 0);
			const last = ranges.at(-1);
			t.is((last?.offset ?? 0) + (last?.length ?? 0), totalBytes);
			const covered = ranges.reduce((sum, {length}) => sum + length, 0);
			t.true(covered / totalBytes >= percent / 100 - 1e-9);
		}),
		{numRuns: 150},
	);
});

for (const {title, sectors, percent} of [
	{title: 'has no two sectors for each section', sectors: 1999, percent: 1},
	{title: 'would have its sections filled', sectors: 100_000, percent: 100},
	{title: 'has one sector', sectors: 1, percent: 10},
]) {
	test(`a device that ${title} is read whole`, t => {
		const sampling = createSampling({totalBytes: sectors * 512, sectorBytes: 512, percent, seed});
		t.deepEqual([...sampling.ranges()], [{offset: 0, length: sectors * 512}]);
		t.is(sampling.sections, 1);
	});
}

test('an odd last sector of a file is in the last range', t => {
	const totalBytes = 10_000 * 512 + 7;
	const last = [...createSampling({totalBytes, sectorBytes: 512, percent: 1, seed}).ranges()].at(-1);
	t.is((last?.offset ?? 0) + (last?.length ?? 0), totalBytes);
});

test('an auditor can repeat the positions from the seed as documented', t => {
	const sectors = 1_000_000;
	const section = 7;
	const count = 50;
	const free = 1000 - 2 * count;
	const draw = (number: number): number => {
		const input = Buffer.concat([Buffer.from(seed, 'hex'), Buffer.from([0, 0, 0, section, 0, 0, 0, number])]);
		return Number.parseInt(createHash('sha256').update(input).digest('hex').slice(0, 12), 16);
	};

	const a = draw(0) % (free + 2);
	const raw = draw(1) % (free + 1);
	const b = raw >= a ? raw + 1 : raw;
	t.deepEqual(sampleSection(section, sectors, 10, seed), [
		{sector: 7000 + Math.min(a, b), sectors: count},
		{sector: 7000 + Math.max(a, b) - 1 + count, sectors: count},
	]);
});

test('the positions for a seed never change between versions', t => {
	t.deepEqual(sampleSection(0, 2_000_000, 1, seed), [
		{sector: 70, sectors: 10},
		{sector: 977, sectors: 10},
	]);
});

test('another seed gives other positions, and every sector of a section can be chosen', t => {
	t.notDeepEqual(
		sampleSection(3, 1_000_000, 10, seed),
		sampleSection(3, 1_000_000, 10, seed.replace('0f', '10')),
	);
	const chosen = new Set<number>();
	for (let index = 0; index < 500; index += 1) {
		for (const {sector} of sampleSection(0, 10_000, 10, index.toString(16).padStart(32, '0'))) {
			chosen.add(sector);
		}
	}

	t.is(chosen.size, 10);
});

for (const percent of [0, -1, 101, Number.NaN]) {
	test(`${percent} percent is refused`, t => {
		const error = t.throws(() => createSampling({totalBytes: 1e9, sectorBytes: 512, percent, seed}), {
			instanceOf: SanitizeError,
		});
		t.is(error.code, 'USAGE');
	});
}

test('a seed that is not 32 hexadecimal digits is refused', t => {
	for (const bad of ['', 'xyz', seed.slice(1), `${seed}0`]) {
		t.throws(() => createSampling({totalBytes: 1e9, sectorBytes: 512, percent: 10, seed: bad}), {
			instanceOf: SanitizeError,
		});
	}
});

test('random seeds are 32 hexadecimal digits and differ', t => {
	t.regex(randomSeed(), /^[\da-f]{32}$/);
	t.not(randomSeed(), randomSeed());
});
