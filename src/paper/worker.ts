import {parentPort, workerData} from 'node:worker_threads';
import {toSanitizeError} from '../errors.ts';
import {carryOut, type PaperAnswer, type PaperTask} from './task.ts';

const answer = async (task: PaperTask): Promise<PaperAnswer> => {
	try {
		return {bytes: await carryOut(task)};
	} catch (error) {
		// A thread's messages keep no classes.
		const {code, message, hint} = toSanitizeError(error);
		return {error: {code, message, hint}};
	}
};

void answer(workerData as PaperTask).then(message => parentPort?.postMessage(message));
