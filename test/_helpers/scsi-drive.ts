import type {ExecutionContext} from 'ava';
import type {DriveFacts, ScsiFacts} from '../../src/devices/drive.ts';
import {capture} from './drive.ts';
import {driveOf} from './drive-facts.ts';
import {type StateDrive, stateDrive} from './state-drive.ts';

export const scsiFacts: ScsiFacts = {
	sanitize: {overwrite: true, blockErase: true, cryptoErase: true, exitFailureMode: true},
	formatUnit: true,
	sanitizeStatus: {state: 'idle'},
};

/** A drive that can do all of SCSI's sanitizing. */
export const capableScsi: DriveFacts = driveOf({scsi: scsiFacts});

const usual = {state: 'idle', polls: 1, news: 0, leaves: 'zeros', fails: 'nothing'};

/** A loop device full of random data that says that it is a SAS drive; real but for sg_sanitize and sg_requests. */
export const scsiDrive = async (
	t: ExecutionContext,
	behaviour: Partial<Record<keyof typeof usual, string | number>> = {},
): Promise<StateDrive> =>
	stateDrive(t, {
		fakes: {sg_sanitize: 'scsi-drive', sg_requests: 'scsi-drive'},
		files: {
			...{...usual, ...behaviour},
			idle: await capture('sg_requests-1.46-ssd-stderr'),
			running: await capture('sg_requests-1.46-running-stderr'),
			failed: await capture('sg_requests-1.46-failed-stderr'),
			attention: await capture('sg_requests-1.46-attention-stderr'),
			'not-ready': await capture('sg_requests-1.46-not-ready-stderr'),
			taken: await capture('sg_sanitize-1.46-taken'),
			refused: await capture('sg_sanitize-1.46-refused-stderr'),
			failing: await capture('sg_sanitize-1.46-failing-stderr'),
			'--version': await capture('sg_sanitize-1.46-version-stderr'),
			'--help': await capture('sg_sanitize-1.46-help-stderr'),
		},
		facts: {transport: 'sas', drive: capableScsi},
	});

/** The sanitize commands that it was given. */
export const sanitizes = async ({calls}: StateDrive): Promise<readonly string[]> =>
	(await calls('sg_sanitize')).filter(call => !/^--(?:version|help)$/.test(call));
