import {createHash, randomBytes} from 'node:crypto';
import type {ByteRange} from '../devices/device.ts';
import {SanitizeError} from '../errors.ts';

const minimumSections = 1000;
const samplesPerSection = 2;

/** A new seed: 32 hexadecimal digits. */
export const randomSeed = (): string => randomBytes(16).toString('hex');

export interface Sample {
	/** Sectors, from the start of the device. */
	readonly sector: number;
	readonly sectors: number;
}

export interface Sampling {
	readonly sections: number;
	readonly samplesPerSection: number;
	/** Sorted byte ranges that neither overlap nor touch, all of whole sectors. */
	ranges(): Iterable<ByteRange>;
}

export interface SamplingOptions {
	readonly totalBytes: number;
	readonly sectorBytes: number;
	readonly percent: number;
	readonly seed: string;
}

/**
Which parts of a device a sampled verification reads: the recipe of NIST SP 800-88r1 section 4.7.3.

The device of `n` sectors is cut into 1,000 sections; section `i` goes from sector `floor(i * n / 1000)` up to, not including, `floor((i + 1) * n / 1000)`. In each section two samples are placed that do not overlap, each of `k = ceil(length * percent / 200)` sectors. The first and the last sector of the device are read too.

Where the samples lie can be repeated from the seed alone. The draws of section `i` are the numbers `draw(i, 0)`, `draw(i, 1)`, …: the first 6 bytes, as a big-endian number, of SHA-256 over the 16 bytes of the seed, then `i`, then the draw's number, both as 4 bytes big-endian. A number below `m` is the first draw that is less than the largest multiple of `m` up to 2^48, modulo `m`. With `free = length - 2 * k`, take `a` below `free + 2`, then `b` below `free + 1`, adding 1 to `b` when it is not less than `a`. The samples start `min(a, b)` and `max(a, b) - 1 + k` sectors into the section. All placements are equally likely.

A device with fewer than 2,000 sectors, or one whose samples would fill a section, is read whole: one section, one sample.
*/
export const createSampling = ({totalBytes, sectorBytes, percent, seed}: SamplingOptions): Sampling => {
	checkSettings(percent, seed);
	const sectors = Math.ceil(totalBytes / sectorBytes);
	const smallest = Math.floor(sectors / minimumSections);
	const fillsSections = samplesPerSection * sampleSectors(smallest, percent) >= smallest;
	if (smallest < samplesPerSection || fillsSections) {
		return {sections: 1, samplesPerSection: 1, ranges: () => [{offset: 0, length: totalBytes}]};
	}

	return {
		sections: minimumSections,
		samplesPerSection,
		*ranges() {
			for (const {sector, sectors: count} of joinTouching(allSamples(sectors, percent, seed))) {
				const offset = sector * sectorBytes;
				yield {offset, length: Math.min(count * sectorBytes, totalBytes - offset)};
			}
		},
	};
};

const checkSettings = (percent: number, seed: string): void => {
	if (!(percent > 0 && percent <= 100)) {
		throw new SanitizeError('USAGE', `verify: cannot sample ${percent} percent`, {
			hint: 'give a number over 0 and up to 100',
		});
	}

	if (!/^[\da-f]{32}$/i.test(seed)) {
		throw new SanitizeError('USAGE', 'verify: the seed is not 32 hexadecimal digits', {
			hint: 'give the seed as the certificate records it',
		});
	}
};

// Written so that 10 percent of 1,000 sectors is exactly 50 and not 51 for a rounding error.
const sampleSectors = (length: number, percent: number): number =>
	Math.ceil((length * percent) / 100 / samplesPerSection);

function* allSamples(sectors: number, percent: number, seed: string): Generator<Sample> {
	yield {sector: 0, sectors: 1};
	for (let section = 0; section < minimumSections; section += 1) {
		yield* sampleSection(section, sectors, percent, seed);
	}

	yield {sector: sectors - 1, sectors: 1};
}

/** The two samples of one section. Exported for the auditor's test. */
export const sampleSection = (
	section: number,
	sectors: number,
	percent: number,
	seed: string,
): readonly [Sample, Sample] => {
	const start = Math.floor((section * sectors) / minimumSections);
	const length = Math.floor(((section + 1) * sectors) / minimumSections) - start;
	const count = sampleSectors(length, percent);
	const free = length - samplesPerSection * count;
	const below = createDraw(seed, section);
	const a = below(free + 2);
	const other = below(free + 1);
	const b = other >= a ? other + 1 : other;
	return [
		{sector: start + Math.min(a, b), sectors: count},
		{sector: start + Math.max(a, b) - 1 + count, sectors: count},
	];
};

const drawLimit = 2 ** 48;

const createDraw = (seed: string, section: number): ((limit: number) => number) => {
	const input = Buffer.alloc(24);
	input.write(seed, 'hex');
	input.writeUInt32BE(section, 16);
	let draws = 0;
	const draw = (): number => {
		input.writeUInt32BE(draws, 20);
		draws += 1;
		return createHash('sha256').update(input).digest().readUIntBE(0, 6);
	};

	return limit => {
		const accepted = drawLimit - (drawLimit % limit);
		let number = draw();
		while (number >= accepted) {
			number = draw();
		}

		return number % limit;
	};
};

function* joinTouching(samples: Iterable<Sample>): Generator<Sample> {
	let held: Sample | undefined;
	for (const sample of samples) {
		if (held && sample.sector <= held.sector + held.sectors) {
			const end = Math.max(held.sector + held.sectors, sample.sector + sample.sectors);
			held = {sector: held.sector, sectors: end - held.sector};
		} else {
			if (held) {
				yield held;
			}

			held = sample;
		}
	}

	if (held) {
		yield held;
	}
}
