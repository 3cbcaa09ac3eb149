import {findNonZero} from '../../verification/zeros.ts';
import type {KernelFigure} from './results.ts';

const MiB = 1024 ** 2;

const sectorBytes = 4096;

type Work = (part: Buffer) => number;

const compare: Work = part => findNonZero(part, 0, sectorBytes).length;

// The C library's memchr reads each byte once and does next to nothing with it.
const read: Work = part => part.indexOf(1) + 1;

/** The comparison of the verification alone, on one core, beside how fast the same memory can be read. */
export const measureKernel = (farBytes: number, repeats: number): readonly KernelFigure[] => {
	const figure = (of: KernelFigure['of'], what: string, workingSetBytes: number): KernelFigure => ({
		what,
		of,
		workingSetBytes,
		bytesPerSecond: rates(of === 'comparison' ? compare : read, workingSetBytes, repeats),
	});
	return [
		figure('comparison', 'findNonZero, 1 MiB in cache', MiB),
		figure('memory', 'memchr, 1 MiB in cache', MiB),
		figure('comparison', `findNonZero, parts of 1 MiB of ${farBytes / MiB} MiB`, farBytes),
		figure('memory', `memchr, parts of 1 MiB of ${farBytes / MiB} MiB`, farBytes),
	];
};

const rates = (work: Work, workingSetBytes: number, repeats: number): readonly number[] => {
	// Filled, so that the pages are its own and not all the same page of zeros.
	const memory = Buffer.alloc(workingSetBytes, 1).fill(0);
	const bytes = Math.max(workingSetBytes, 512 * MiB);
	once(work, memory, bytes);
	return Array.from({length: repeats}, () => {
		const startedAtMs = performance.now();
		once(work, memory, bytes);
		return (bytes / (performance.now() - startedAtMs)) * 1000;
	});
};

const once = (work: Work, memory: Buffer, bytes: number): void => {
	for (let position = 0; position < bytes; position += MiB) {
		const offset = position % memory.length;
		if (work(memory.subarray(offset, offset + MiB)) !== 0) {
			throw new Error('the comparison found something in memory that is all zeros');
		}
	}
};
