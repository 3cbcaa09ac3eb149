import {closeSync} from 'node:fs';
import {setTimeout as delay} from 'node:timers/promises';
import type {Device} from './device.ts';
import {type Evidence, weigh} from './kernel-log/causes.ts';
import {kernelNames, noNames} from './kernel-log/names.ts';
import {lastRecord, numberOf, openRecords, readRecords} from './kernel-log/reader.ts';
import {createMatcher, parseRecord} from './kernel-log/records.ts';
import {heatOf, stateOf} from './kernel-log/state.ts';

export interface KernelLog extends Disposable {
	/** Why the device may be slow or silent, by what the kernel has said since this was opened and what it knows now; `null` when it says nothing. Never throws; takes three seconds at most. */
	likelyCause(): Promise<string | null>;
}

const patienceMs = 1500;

/** Listens to what the kernel says about a device, from now on. Nothing is asked of the device itself but its temperature. */
export const followKernelLog = (device: Pick<Device, 'facts' | 'node'>, root: string): KernelLog => {
	// What was said before is not about now.
	const before = lastRecord(root);
	let fd: number | undefined;
	const naming = device.facts.kind === 'memory' ? Promise.resolve(noNames) : kernelNames(device, root);
	let evidence: Evidence | null = null;
	return {
		async likelyCause() {
			const names = await soon(naming, noNames);
			const isAbout = createMatcher(names);
			fd ??= openRecords(root);
			readRecords(fd, bytes => {
				const text = bytes.toString();
				const record = numberOf(text) > before ? parseRecord(text) : null;
				evidence = record ? weigh(evidence, record, isAbout) : evidence;
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
