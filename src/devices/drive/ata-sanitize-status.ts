import type {SanitizeStatus} from '../drive.ts';
import {type Asking, ask, type Learnt, NotUnderstood} from './ask.ts';
import {lostAnswer} from './hdparm-sense.ts';

/** States of the Sanitize Device state machine, ACS-4 4.18.10, as hdparm numbers them. */
const states: ReadonlyArray<SanitizeStatus['state']> = ['idle', 'frozen', 'running', 'failed', 'done'];

/** `hdparm --sanitize-status`, standard output and error together. @throws NotUnderstood. */
export const parseAtaSanitizeStatus = (text: string): SanitizeStatus => {
	const lost = lostAnswer(text);
	if (lost !== undefined) {
		throw new NotUnderstood(lost);
	}

	const state = states[Number(/\bSD(\d)\b/.exec(text)?.[1])];
	if (state === undefined) {
		throw new NotUnderstood('it does not tell the state of the sanitize operation');
	}

	if (state === 'idle' && text.includes('Completed Without Error')) {
		return {state: 'done'};
	}

	const progress = /Progress:\s*0x([\da-f]+)/i.exec(text)?.[1];
	return state === 'running' && progress !== undefined
		? {state, progress: Number.parseInt(progress, 16) / 65_536}
		: {state};
};

export const readAtaSanitizeStatus = async (asking: Asking): Promise<Learnt<SanitizeStatus>> =>
	ask(
		asking,
		['hdparm', '--sanitize-status', asking.node],
		// A failed operation is said on standard error, with an exit code.
		({stdout, stderr}) => parseAtaSanitizeStatus(stdout + stderr),
		{accept: [0, 5]},
	);
