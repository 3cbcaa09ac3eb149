import type {ByteRange, DeviceFacts} from '../../../src/devices/device.ts';
import type {Fault} from '../../../src/devices/faulty.ts';
import type {Random} from './random.ts';

export interface FaultyDevice {
	readonly totalBytes: number;
	readonly sectorBytes: number;
	/** Writes may be lost: what a sample does not read nobody can know. */
	readonly mayLose: boolean;
}

/** What may go wrong with a memory device: everything that faulty.ts knows. */
export const randomFault = (random: Random, device: FaultyDevice): Fault => {
	const on = random.pick<Fault['on']>(['write', 'write', 'write', 'read', 'sync', 'inspect']);
	return {
		on,
		...randomPlace(random, device, on),
		...(random.chance(0.6) && {times: random.integer(1, 9)}),
		...(random.chance(0.2) && {delayMs: random.integer(0, 1)}),
		...randomEffect(random, device, on),
	};
};

const randomPlace = (random: Random, device: FaultyDevice, on: Fault['on']): Pick<Fault, 'at'> => {
	if (random.chance(0.05)) {
		return {};
	}

	if (on === 'sync' || on === 'inspect') {
		return {at: {nth: random.integer(1, 4)}};
	}

	// A small device is written and read at once: most calls come only when something fails.
	return {
		at: random.chance(0.4)
			? {nth: random.chance(0.6) ? random.integer(1, 4) : random.integer(5, 60)}
			: randomRange(random, device),
	};
};

const randomRange = (random: Random, {totalBytes, sectorBytes}: FaultyDevice): ByteRange => {
	const sectors = Math.ceil(totalBytes / sectorBytes);
	const first = random.pick([0, sectors - 1, random.integer(0, sectors - 1), random.integer(0, sectors - 1)]);
	return {offset: first * sectorBytes, length: random.integer(1, random.chance(0.8) ? 4 : 80) * sectorBytes};
};

type Effect = Omit<Fault, 'on' | 'at' | 'times' | 'delayMs'>;

const badPlace = ['EIO', 'EIO', 'EIO', 'EIO', 'ENODATA', 'EREMOTEIO', 'EILSEQ', 'ETIMEDOUT'] as const;
const anyError = [
	'EIO',
	'ENOSPC',
	'ENXIO',
	'ENODEV',
	'ETIMEDOUT',
	'EROFS',
	'EPERM',
	'EACCES',
	'ENOMEM',
] as const;

const randomEffect = (random: Random, device: FaultyDevice, on: Fault['on']): Effect => {
	if (on === 'sync') {
		return random.chance(0.8) ? {error: random.pick(anyError)} : randomChange(random, device);
	}

	if (on === 'inspect') {
		return random.chance(0.4)
			? {error: random.pick(['ENOENT', 'ENXIO', 'EIO', 'EACCES'])}
			: randomChange(random, device);
	}

	const drawn = random.integer(1, 20);
	if (drawn <= 11) {
		return {error: random.pick(badPlace)};
	}

	if (drawn <= 13) {
		return {error: random.pick(anyError)};
	}

	if (drawn <= 16) {
		return {short: random.integer(0, 9) * device.sectorBytes};
	}

	return drawn <= 18 && on === 'write' && device.mayLose
		? {keeps: random.integer(0, 40) * device.sectorBytes}
		: randomChange(random, device);
};

const randomChange = (random: Random, device: FaultyDevice): Effect =>
	random.chance(0.3)
		? {shrinkTo: random.integer(0, Math.floor(device.totalBytes / device.sectorBytes)) * device.sectorBytes}
		: {becomes: randomFacts(random, device)};

const randomFacts = (random: Random, {totalBytes, sectorBytes}: FaultyDevice): Partial<DeviceFacts> =>
	random.pick<Partial<DeviceFacts>>([
		{serial: 'OTHER'},
		{serial: null},
		{deviceNumber: '8:99'},
		{diskSequence: '99'},
		{totalBytes: totalBytes + sectorBytes},
		{totalBytes: Math.max(sectorBytes, Math.floor(totalBytes / sectorBytes - 1) * sectorBytes)},
		{holders: [{kind: 'open', name: 'process 4711 (cat)'}]},
		{mountPoints: ['/mnt']},
		// Nothing of it tells that the device is another one.
		{readOnly: true, model: 'Model'},
	]);
