import type {Fault} from '../../../src/devices/faulty.ts';
import {type FaultyDevice, randomFault} from './faults.ts';
import type {Random} from './random.ts';

export interface Interruption {
	/** The how-manieth event, write or read of all devices, from 1. */
	readonly at: 'event' | 'write' | 'read';
	readonly nth: number;
	readonly code: 'INTERRUPTED' | 'TERMINATED';
}

export interface ScenarioDevice {
	readonly totalBytes: number;
	readonly sectorBytes: number;
	/** What is not zero at the start: everything, or so many single bytes. */
	readonly leftovers: 'all' | number;
	readonly faults: readonly Fault[];
}

/** A run on memory devices, as data. */
export interface Scenario {
	readonly coverage: 'full' | 'sampled' | 'none';
	readonly percent: number;
	readonly devices: readonly ScenarioDevice[];
	readonly interruption?: Interruption;
	readonly log: 'kept' | 'refused' | 'impossible';
	readonly hasCertificate: boolean;
}

export const randomScenario = (random: Random): Scenario => {
	const coverage = random.pick(['full', 'full', 'full', 'full', 'sampled', 'sampled', 'none'] as const);
	return {
		coverage,
		percent: random.pick([0.1, 1, 10, 50, 100]),
		devices: random.list(random.pick([1, 1, 1, 2, 3]), () => randomDevice(random, coverage)),
		...(random.chance(0.15) && {interruption: randomInterruption(random)}),
		log: random.pick(['kept', 'kept', 'kept', 'kept', 'kept', 'kept', 'kept', 'refused', 'impossible']),
		hasCertificate: random.chance(0.95),
	};
};

const randomDevice = (random: Random, coverage: Scenario['coverage']): ScenarioDevice => {
	const sectorBytes = random.pick([512, 512, 512, 4096]);
	const size = {sectorBytes, totalBytes: randomSize(random, sectorBytes, coverage)};
	const device: FaultyDevice = {...size, mayLose: coverage === 'full'};
	return {
		...size,
		leftovers: random.pick(['all', 'all', 1, 5]),
		faults: random.list(random.chance(0.2) ? 0 : random.integer(0, 6), () => randomFault(random, device)),
	};
};

const MiB = 1024 ** 2;

/** Most are a part of a block of 1 MiB; a sample is smaller than its device only from 3,000 sectors on. */
const randomSize = (random: Random, sectorBytes: number, coverage: Scenario['coverage']): number => {
	const isLarge = random.chance(coverage === 'sampled' ? 0.3 : 0.08);
	const most = isLarge ? 5 * MiB : 300 * 1024;
	const bytes = random.integer(1, Math.floor(most / sectorBytes)) * sectorBytes;
	// A file may end within a sector.
	return random.chance(0.15) ? bytes - random.integer(1, sectorBytes - 1) : bytes;
};

const randomInterruption = (random: Random): Interruption => ({
	at: random.pick(['event', 'event', 'write', 'read']),
	nth: random.chance(0.8) ? random.integer(1, 12) : random.integer(1, 60),
	code: random.pick(['INTERRUPTED', 'TERMINATED']),
});
