import {closeSync, constants, openSync, readSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {errnoOf} from '../errors.ts';
import type {Device} from './device.ts';
import {type Evidence, weigh} from './kernel-log/causes.ts';
import {kernelNames, noNames} from './kernel-log/names.ts';
import {createMatcher, type KernelRecord, parseRecord} from './kernel-log/records.ts';
import {heatOf, stateOf} from './kernel-log/state.ts';

export interface KernelLog extends Disposable {
	/** Why the device may be slow or silent, by what the kernel has said since this was opened and what it knows now; `null` when it says nothing. Never throws; takes three seconds at most. */
	likelyCause(): Promise<string | null>;
}

// The largest record that the kernel gives: PRINTK_MESSAGE_MAX in kernel/printk/internal.h is a quarter of it.
const recordBytes = 8192;

const patienceMs = 1500;

/** Listens to what the kernel says about a device, from now on. Nothing is asked of the device itself but its temperature. */
export const followKernelLog = (device: Pick<Device, 'facts' | 'node'>, root: string): KernelLog => {
	let fd = openRecords(join(root, 'dev/kmsg'));
	// What was said before is not about now.
	readRecords(fd, () => {});
	const naming = device.facts.kind === 'memory' ? Promise.resolve(noNames) : kernelNames(device, root);
	let evidence: Evidence | null = null;
	return {
		async likelyCause() {
			const names = await soon(naming, noNames);
			const isAbout = createMatcher(names);
			readRecords(fd, record => {
				evidence = weigh(evidence, record, isAbout);
			});
			const asked = names.directories.flatMap(directory => [stateOf(directory), heatOf(directory)]);
			const words = await Promise.all(asked.map(answer => soon(answer, null)));
			const causes = [...words, evidence?.words].filter(text => typeof text === 'string');
			return causes.length === 0 ? null : causes.join('; ');
		},
		[Symbol.dispose]: () => {
			if (fd !== undefined) {
				closeSync(fd);
				fd = undefined;
			}
		},
	};
};

const soon = async <Value>(answer: Promise<Value>, otherwise: Value): Promise<Value> =>
	Promise.race([answer.catch(() => otherwise), delay(patienceMs, otherwise, {ref: false})]);

const openRecords = (file: string): number | undefined => {
	try {
		return openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
	} catch {
		return undefined;
	}
};

const overrun = 'EPIPE';

/** Source: Documentation/ABI/testing/dev-kmsg. Each read gives one record; EAGAIN when there is none. */
const readRecords = (fd: number | undefined, take: (record: KernelRecord) => void): void => {
	const buffer = Buffer.alloc(recordBytes);
	for (let isMore = fd !== undefined; isMore; ) {
		try {
			const length = readSync(fd ?? -1, buffer);
			const record = parseRecord(buffer.toString('utf8', 0, length));
			isMore = length > 0;
			if (record) {
				take(record);
			}
		} catch (error) {
			// Older ones were overwritten before they were read: the next read gives the oldest that is left.
			isMore = errnoOf(error) === overrun;
		}
	}
};
