import {setTimeout as delay} from 'node:timers/promises';
import type {ErrorCode} from '../errors.ts';
import type {ByteRange, Device, DeviceFacts} from './device.ts';
import {ioFailure, systemError} from './held.ts';

type Operation = 'read' | 'write' | 'sync' | 'inspect';

/**
Something that goes wrong, as data. Effects that are not named do not happen.

Of the lies that a drive may tell, only those are here that its answers give away. No software sees that a read was answered with zeros, or with what was there before, without a look at the media; that a flush was confirmed and not done; or that cells lie behind the last byte.
*/
export interface Fault {
	readonly on: Operation;
	/** A range of bytes that the read or write must touch, or the how-manieth call it must be, from 1. Without it: every call. */
	readonly at?: ByteRange | {readonly nth: number};
	/** How often it happens; always by default. */
	readonly times?: number;
	/** The call waits first. */
	readonly delayMs?: number;
	/** From now on the device is this small. */
	readonly shrinkTo?: number;
	/** From now on a look at the device finds these facts instead. */
	readonly becomes?: Partial<DeviceFacts>;
	/** The call fails with this errno, and nothing of it is done. */
	readonly error?: string;
	/** The call moves no more than this many bytes. */
	readonly short?: number;
	/** A write that is lost: it claims that all was done, and only this many bytes reach the device. */
	readonly keeps?: number;
}

const errorCodes: Readonly<Record<Operation, ErrorCode>> = {
	read: 'UNREADABLE',
	write: 'WRITE_FAILED',
	sync: 'SYNC_FAILED',
	inspect: 'DEVICE_MISSING',
};

/** The same device with faults in it. The first fault that matches a call happens; a tool that is pointed at the node meets none. */
export const faulty = (device: Device, faults: readonly Fault[]): Device => {
	const state: State = {
		faults,
		calls: {read: 0, write: 0, sync: 0, inspect: 0},
		happened: new Map(),
		changes: {},
	};
	const {path} = device.facts;
	// The device itself knows where it ends, and may end within a sector; what it became is ours to keep to.
	const end = () => state.changes.totalBytes ?? Number.POSITIVE_INFINITY;
	return {
		facts: device.facts,
		node: device.node,
		isDirect: device.isDirect,
		read: async (position, buffer) => {
			const fault = await meet(state, 'read', path, {offset: position, length: buffer.length});
			return device.read(position, within(buffer, Math.max(0, end() - position), fault));
		},
		write: async (position, buffer) => {
			const fault = await meet(state, 'write', path, {offset: position, length: buffer.length});
			if (position >= end() && buffer.length > 0) {
				throw failure('write', path, 'ENOSPC');
			}

			const given = within(buffer, end() - position, fault);
			return fault?.keeps === undefined
				? device.write(position, given)
				: lose(device, position, given, fault.keeps);
		},
		sync: async () => {
			await meet(state, 'sync', path);
			await device.sync();
		},
		inspect: async () => {
			await meet(state, 'inspect', path);
			return {...(await device.inspect()), ...state.changes};
		},
		countWrites: device.countWrites,
		[Symbol.asyncDispose]: async () => device[Symbol.asyncDispose](),
	};
};

const lose = async (device: Device, position: number, given: Uint8Array, keeps: number): Promise<number> => {
	const kept = given.subarray(0, keeps);
	if (kept.length > 0) {
		await device.write(position, kept);
	}

	return Math.min(given.length, device.facts.totalBytes - position);
};

interface State {
	readonly faults: readonly Fault[];
	readonly calls: Record<Operation, number>;
	readonly happened: Map<Fault, number>;
	changes: Partial<DeviceFacts>;
}

const meet = async (
	state: State,
	on: Operation,
	path: string,
	range?: ByteRange,
): Promise<Fault | undefined> => {
	state.calls[on] += 1;
	const fault = state.faults.find(candidate => candidate.on === on && matches(candidate, state, range));
	if (!fault) {
		return;
	}

	state.happened.set(fault, (state.happened.get(fault) ?? 0) + 1);
	const {delayMs, shrinkTo, becomes, error} = fault;
	await delay(delayMs ?? 0);
	state.changes = {...state.changes, ...becomes, ...(shrinkTo === undefined ? {} : {totalBytes: shrinkTo})};
	if (error !== undefined) {
		throw failure(on, path, error);
	}

	return fault;
};

const matches = (fault: Fault, state: State, range?: ByteRange): boolean => {
	const {on, at, times = Number.POSITIVE_INFINITY} = fault;
	if ((state.happened.get(fault) ?? 0) >= times) {
		return false;
	}

	if (at === undefined) {
		return true;
	}

	if ('nth' in at) {
		return state.calls[on] === at.nth;
	}

	return (
		range !== undefined && range.offset < at.offset + at.length && at.offset < range.offset + range.length
	);
};

const within = (buffer: Uint8Array, room: number, fault: Fault | undefined): Uint8Array =>
	buffer.subarray(0, Math.min(buffer.length, room, fault?.short ?? buffer.length));

const failure = (on: Operation, path: string, errno: string) =>
	ioFailure(
		errorCodes[on],
		`${on === 'inspect' ? 'looking at' : `${on} on`} ${path}`,
		systemError(errno, on),
	);
