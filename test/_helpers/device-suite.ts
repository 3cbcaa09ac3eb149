import type {ExecutionContext, TestFn} from 'ava';
import {alignedBuffer} from '../../src/aligned-buffer.ts';
import type {Device, OpenMode} from '../../src/devices/device.ts';
import type {SanitizeError} from '../../src/errors.ts';
import {randomBytes} from './loop.ts';

export interface SuiteSubject extends AsyncDisposable {
	readonly device: Device;
	/** The contents as they are underneath, read by other means. */
	bytes(): Promise<Uint8Array>;
	/** True when nothing of the device is held any more. */
	isReleased?(): Promise<boolean>;
}

export interface SuiteOptions {
	/** A fresh device of at least two sectors, filled with anything but zeros. */
	open(mode: OpenMode): Promise<SuiteSubject>;
	/** Writes are swallowed on purpose. */
	readonly discardsWrites?: boolean;
	/** What the device needs is not here, and why. */
	readonly skip?: string | undefined;
}

/** What every device must do, whatever it is made of. */
export const deviceSuite = (
	test: TestFn,
	name: string,
	{open, discardsWrites = false, skip}: SuiteOptions,
): void => {
	for (const [title, mode, check] of checks) {
		const declare = skip === undefined ? test.serial : test.serial.skip;
		declare(`${name}: ${title}${skip === undefined ? '' : ` (${skip})`}`, async t => {
			await using subject = await open(mode);
			await using device = subject.device;
			await check(t, device, {subject, discardsWrites});
		});
	}
};

interface Around {
	readonly subject: SuiteSubject;
	readonly discardsWrites: boolean;
}

type Check = (t: ExecutionContext, device: Device, around: Around) => Promise<void>;

const filled = (length: number): Uint8Array => {
	const buffer = alignedBuffer(length);
	buffer.set(randomBytes(length));
	return buffer;
};

const readsBack: Check = async (t, device, {subject, discardsWrites}) => {
	const {logicalSectorBytes} = device.facts;
	const before = await subject.bytes();
	const buffer = filled(logicalSectorBytes);
	t.is(await device.write(logicalSectorBytes, buffer), logicalSectorBytes);
	await device.sync();

	const back = alignedBuffer(logicalSectorBytes);
	t.is(await device.read(logicalSectorBytes, back), logicalSectorBytes);
	const expected = new Uint8Array(before);
	expected.set(discardsWrites ? [] : buffer, logicalSectorBytes);
	t.deepEqual(back, expected.slice(logicalSectorBytes, 2 * logicalSectorBytes));
	t.deepEqual(await subject.bytes(), expected);
};

const readsShort: Check = async (t, device) => {
	const {totalBytes, logicalSectorBytes} = device.facts;
	const last = Math.floor((totalBytes - 1) / logicalSectorBytes) * logicalSectorBytes;
	const buffer = alignedBuffer(4 * logicalSectorBytes);
	t.is(await device.read(last, buffer), totalBytes - last);
	t.is(await device.read(last + logicalSectorBytes, buffer), 0);
};

const doesNotGrow: Check = async (t, device, {subject, discardsWrites}) => {
	const {totalBytes, logicalSectorBytes} = device.facts;
	const last = Math.floor((totalBytes - 1) / logicalSectorBytes) * logicalSectorBytes;
	const before = await subject.bytes();
	const buffer = filled(4 * logicalSectorBytes);
	t.is(await device.write(last, buffer), totalBytes - last);
	const error = await t.throwsAsync<SanitizeError>(device.write(last + logicalSectorBytes, buffer));
	t.is(error?.code, 'WRITE_FAILED');
	t.like(error?.cause, {code: 'ENOSPC'});
	await device.sync();

	const expected = new Uint8Array(before);
	expected.set(discardsWrites ? [] : buffer.subarray(0, totalBytes - last), last);
	t.deepEqual(await subject.bytes(), expected);
};

const inspectsTheSame: Check = async (t, device) => {
	t.deepEqual(await device.inspect(), device.facts);
	await device.sync();
	t.true(device.facts.totalBytes > 0);
};

const refusesWrites: Check = async (t, device, {subject, discardsWrites}) => {
	const before = await subject.bytes();
	const buffer = filled(device.facts.logicalSectorBytes);
	if (!discardsWrites) {
		const error = await t.throwsAsync<SanitizeError>(device.write(0, buffer));
		t.is(error?.code, 'WRITE_FAILED');
	}

	t.is(await device.read(0, buffer), buffer.length);
	t.deepEqual(buffer.slice(), before.slice(0, buffer.length));
	t.deepEqual(await subject.bytes(), before);
};

const releases: Check = async (t, device, {subject}) => {
	await device[Symbol.asyncDispose]();
	await t.notThrowsAsync(async () => device[Symbol.asyncDispose]());
	t.not(await subject.isReleased?.(), false);
};

const checks: ReadonlyArray<readonly [string, OpenMode, Check]> = [
	['reads back what was written and changes nothing else', 'erase', readsBack],
	['reads short at its end and nothing after it', 'read', readsShort],
	['writes short at its end, then ENOSPC, and does not grow', 'erase', doesNotGrow],
	['looks the same after it was opened', 'erase', inspectsTheSame],
	['refuses writes when it was opened for reading', 'read', refusesWrites],
	['lets go of everything, also when told twice', 'erase', releases],
];
