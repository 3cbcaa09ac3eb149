import type {SanitizeStatus, ScsiFacts} from '../drive.ts';
import {type Asking, ask, foundIn, type Learnt, NotUnderstood, unknownIn} from './ask.ts';
import type {DriveReading} from './reading.ts';

/** Asks a SCSI or SAS drive which commands it knows, with sg3-utils. */
export const readScsi = async (asking: Asking): Promise<DriveReading> => {
	const {node} = asking;
	const [commands, sense] = await Promise.all([
		// 9: the drive does not know REPORT SUPPORTED OPERATION CODES, which is an answer, too.
		ask(
			asking,
			['sg_opcodes', node],
			({exitCode, stdout}) => parseCommands(exitCode === 9 ? '' : stdout, exitCode),
			{
				accept: [0, 9],
			},
		),
		readScsiSanitizeStatus(asking),
	]);
	if ('why' in commands) {
		return {unknown: unknownIn('scsi', commands)};
	}

	const {sanitize} = commands.found;
	const hasSanitize = sanitize.overwrite || sanitize.blockErase || sanitize.cryptoErase;
	const sanitizeStatus = hasSanitize ? foundIn(sense) : undefined;
	return {
		scsi: {...commands.found, ...(sanitizeStatus && {sanitizeStatus})},
		unknown: hasSanitize ? unknownIn('sanitize-status', sense) : [],
	};
};

const serviceActions = {overwrite: '1', blockErase: '2', cryptoErase: '3', exitFailureMode: '1f'} as const;

/** `sg_opcodes`: lines of operation code, service action where there is one, and name. @throws NotUnderstood. */
export const parseCommands = (text: string, exitCode = 0): ScsiFacts => {
	const commands = [...text.matchAll(/^ ([\da-f]{2})(?: +([\da-f]{1,4}))? +\d+ +\d,\d +/gm)];
	if (commands.length === 0) {
		throw new NotUnderstood(
			exitCode === 9 || text.includes('no commands to display')
				? 'the drive does not tell which commands it knows'
				: 'no list of commands',
		);
	}

	const knows = (code: string, action?: string) =>
		commands.some(command => command[1] === code && command[2] === action);
	return {
		sanitize: {
			overwrite: knows('48', serviceActions.overwrite),
			blockErase: knows('48', serviceActions.blockErase),
			cryptoErase: knows('48', serviceActions.cryptoErase),
			exitFailureMode: knows('48', serviceActions.exitFailureMode),
		},
		formatUnit: knows('04'),
	};
};

/** Of each of its news, as that it was without power, a drive tells before anything else, and once. */
const mostNews = 4;

/** How the last sanitize operation of a drive is, or came out. */
export const readScsiSanitizeStatus = async (asking: Asking): Promise<Learnt<SanitizeStatus>> => {
	for (let left = mostNews; ; left -= 1) {
		const learnt = await ask(asking, ['sg_requests', asking.node], ({stdout, stderr}) => {
			const text = stdout + stderr;
			return left > 0 && /Sense key: Unit Attention/i.test(text) ? undefined : parseSense(text);
		});
		if ('why' in learnt || learnt.found) {
			return learnt as Learnt<SanitizeStatus>;
		}
	}
};

/** `sg_requests`, standard output and error together: what the drive says of itself without being asked to do anything. @throws NotUnderstood. */
export const parseSense = (text: string): SanitizeStatus => {
	const key = /Sense key: (.*)/.exec(text)?.[1];
	if (key === undefined) {
		throw new NotUnderstood('the drive does not tell its state');
	}

	if (/sanitize in progress/i.test(text)) {
		const percent = /Progress indication:\s*([\d.]+)%/.exec(text)?.[1];
		return {state: 'running', ...(percent !== undefined && {progress: Number(percent) / 100})};
	}

	if (/sanitize command failed/i.test(text)) {
		return {state: 'failed'};
	}

	// Whatever else keeps it from working may hide one that runs.
	if (!/^(?:No Sense|Recovered Error)/i.test(key)) {
		const what = /Additional sense: (.*)/.exec(text)?.[1];
		throw new NotUnderstood(`the drive says "${key}"${what === undefined ? '' : `, "${what}"`}`);
	}

	return {state: 'idle'};
};
