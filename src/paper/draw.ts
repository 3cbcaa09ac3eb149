import {once} from 'node:events';
import path from 'node:path';
import {getAsset, isSea} from 'node:sea';
import {Worker} from 'node:worker_threads';
import {SanitizeError} from '../errors.ts';
import type {PaperAnswer, PaperTask} from './task.ts';

/** The thread's script within the executable. */
export const workerAsset = 'paper.cjs';

/**
Draws in a thread of its own: the PDF library takes longer to load than most commands to run, and no run needs it.
@throws SanitizeError USAGE when the font given is none; the signal's reason.
*/
export const draw = async (task: PaperTask, signal: AbortSignal): Promise<Uint8Array> => {
	signal.throwIfAborted();
	const worker = startWorker(task);
	try {
		const answered = once(worker, 'message', {signal}) as Promise<[PaperAnswer]>;
		const ended = once(worker, 'exit', {signal}).then(() => undefined);
		const [answer] = (await Promise.race([answered, ended])) ?? [];
		if (answer === undefined) {
			throw new SanitizeError('INTERNAL', 'the thread that draws ended without a page');
		}

		if ('error' in answer) {
			const {code, message, hint} = answer.error;
			throw new SanitizeError(code, message, {hint});
		}

		return answer.bytes;
	} catch (error) {
		throw signal.aborted ? signal.reason : error;
	} finally {
		await worker.terminate();
	}
};

const startWorker = (workerData: PaperTask): Worker =>
	isSea()
		? new Worker(getAsset(workerAsset, 'utf8'), {eval: true, workerData})
		: new Worker(path.join(import.meta.dirname, 'worker.ts'), {workerData});
