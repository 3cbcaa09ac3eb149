import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import type {Contestant} from './contestants.ts';
import {measure} from './measure.ts';
import type {Run} from './results.ts';
import type {Attached, Stage} from './stage.ts';
import {type Span, stepSpans} from './step-spans.ts';
import {warmUp} from './warm-up.ts';

export interface PerformOptions {
	readonly stage: Stage;
	/** Of all devices. */
	readonly bytes: number;
	readonly signal: AbortSignal;
	/** Whether its program is read into memory before; by default it is. */
	readonly isWarm?: boolean;
	/** Looks for the first sector that is written: this costs processor time of its own. */
	readonly seeksFirstSector?: boolean;
}

// The slowest that was seen wrote 80 MB a second.
const slowestBytesPerSecond = 10e6;

/** One run of a contestant, from devices filled anew to the look at what it has left. */
export const perform = async (contestant: Contestant, options: PerformOptions): Promise<Run> => {
	const {stage, bytes, signal, isWarm = true, seeksFirstSector = false} = options;
	const reads = contestant.does === 'read' || contestant.does === 'verify';
	const run = await stage.attach(async attached => {
		await attached.fill(reads ? 'zeros' : 'random');
		if (isWarm) {
			await warmUp(contestant.program);
		}

		const timeoutMs = 60_000 + (bytes / slowestBytesPerSecond) * 1000;
		const seeking = seeksFirstSector ? seekFirstSector(attached) : undefined;
		try {
			const commands = contestant.commands(attached.nodes, stage.place);
			const measured = await measure(commands, {place: stage.place, timeoutMs, signal});
			const {outputs, exitCodes, complaints, ...figures} = measured;
			const spans = contestant.kind === 'ours' ? stepSpans(outputs[0] ?? '') : {};
			const hasEnded = exitCodes.every(code => code === contestant.exitCode);
			return {
				...figures,
				eraseSeconds: secondsOf(spans['erase']),
				verifySeconds: secondsOf(spans['verify']),
				// Of several at once the sum would say more than there was: they do not begin and end together.
				bytesPerSecond:
					contestant.kind === 'limit' && outputs.length === 1 ? fioRate(outputs[0] ?? '') : null,

				firstSectorSeconds: (await seeking?.stop()) ?? null,
				isOffloaded: contestant.usesZeroRange ? await attached.isZeroRangeOffloaded() : null,
				failure: hasEnded ? null : `exit code ${exitCodes.join(', ')}: ${complaints.trim().slice(-300)}`,
			};
		} finally {
			await seeking?.stop();
		}
	});
	const rest = await stage.findRest();
	return {...run, failure: run.failure ?? rest ?? null};
};

const secondsOf = (span: Span | undefined): number | null => (span ? span.durationMs / 1000 : null);

/** Bytes a second by fio's own count, without its start; `null` for what is not fio's. */
export const fioRate = (output: string): number | null => {
	try {
		const [job] = JSON.parse(output.slice(output.indexOf('{'))).jobs;
		const rate = Number(job.write.bw_bytes) + Number(job.read.bw_bytes);
		return Number.isFinite(rate) ? rate : null;
	} catch {
		return null;
	}
};

interface Seeking {
	/** Seconds from the begin of the search; `null`: none was seen. */
	stop(): Promise<number | null>;
}

// Sectors written are the seventh number; a write is counted when it has ended.
const sectorsWritten = async (node: string): Promise<number> => {
	const text = await readFile(`/sys/block/${path.basename(node)}/stat`, 'utf8');
	return Number(text.trim().split(/ +/)[6]);
};

const seekFirstSector = ({nodes}: Attached): Seeking => {
	let isStopped = false;
	const seek = async (): Promise<number | null> => {
		const [node = ''] = nodes;
		const before = await sectorsWritten(node);
		const startedAtMs = performance.now();
		while (!isStopped) {
			if ((await sectorsWritten(node)) > before) {
				return (performance.now() - startedAtMs) / 1000;
			}

			await delay(1);
		}

		return null;
	};
	const found = seek();
	return {
		stop() {
			isStopped = true;
			return found;
		},
	};
};
