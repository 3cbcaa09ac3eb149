import type {SanitizeStatus, ScsiFacts} from '../drive.ts';
import {type Asking, ask, foundIn, NotUnderstood, unknownIn} from './ask.ts';
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
		ask(asking, ['sg_requests', node], ({stdout, stderr}) => parseSense(stdout + stderr)),
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

/** `sg_requests`, standard output and error together: what the drive says of itself without being asked to do anything. @throws NotUnderstood. */
export const parseSense = (text: string): SanitizeStatus => {
	if (!text.includes('Sense key:')) {
		throw new NotUnderstood('the drive does not tell its state');
	}

	if (/sanitize in progress/i.test(text)) {
		const percent = /Progress indication:\s*([\d.]+)%/.exec(text)?.[1];
		return {state: 'running', ...(percent !== undefined && {progress: Number(percent) / 100})};
	}

	return {state: /sanitize command failed/i.test(text) ? 'failed' : 'idle'};
};
