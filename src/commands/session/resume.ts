import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import type {DeviceFacts} from '../../devices/device.ts';
import {requireSameMedia, requireUnused} from '../../devices/identity.ts';
import {exitCodeOf, SanitizeError, toSanitizeError} from '../../errors.ts';
import {conclude} from '../../outcome.ts';
import type {PlannedDevice} from '../../plan.ts';
import {type KeptRun, readKeptRun} from '../../records/kept-run.ts';
import {reduceReport} from '../../report.ts';
import {type CommandEnd, printError, type Surroundings} from '../command.ts';
import type {ProgressChoice} from '../options.ts';
import {continueRun} from './continue.ts';
import {inspectTarget} from './prepare.ts';
import {pickView} from './session.ts';
import {type SigningChoice, unlockPlannedKey} from './signing.ts';

const refused = exitCodeOf('DEVICE_BUSY');

// A dd whose zeroize was killed ends with its next progress line.
const writerMs = 5000;

export interface ResumeOptions extends Pick<SigningChoice, 'key' | 'passphraseFile'> {
	readonly progress: ProgressChoice;
	readonly atOnce?: number;
}

/**
Continues an interrupted run: same run, same journal. What it had prepared is prepared again, an erase that had not come to its end is done again, and every device is verified in full.
@throws SanitizeError JOURNAL_INVALID; FILE_NOT_TRUSTED; USAGE when there is nothing to resume.
*/
export const resumeRun = async (
	journal: string,
	{progress, atOnce, ...signing}: ResumeOptions,
	surroundings: Surroundings,
): Promise<CommandEnd> => {
	const kept = await readKeptRun(directoryOf(journal), {ownedBy: surroundings.uid});
	requireResumable(kept, journal, signing);
	try {
		const signingKey = await unlockPlannedKey(kept.plan, signing, surroundings);
		const resumed = await Promise.all(kept.plan.devices.map(device => lookAgain(device, surroundings)));
		const view = pickView(progress, kept.plan, surroundings);
		return await continueRun(
			{kept: withDevices(kept, resumed, atOnce), view, resumed, signingKey},
			surroundings,
		);
	} catch (error) {
		const {code} = printError(surroundings.stderr, 'resuming', error);
		// Nothing was written by this process; the device may be half erased all the same.
		const exitCode = exitCodeOf(code);
		return {exitCode: exitCode < exitCodeOf('INTERRUPTED') ? Math.min(exitCode, refused) : exitCode};
	}
};

const directoryOf = (journal: string): string => {
	if (path.basename(journal) !== 'journal.jsonl') {
		throw new SanitizeError('USAGE', `${journal} is not the journal of a run`, {
			hint: 'give the file journal.jsonl that zeroize left in the directory of the run',
		});
	}

	return path.dirname(journal);
};

const requireResumable = ({plan, report}: KeptRun, journal: string, {key}: SigningChoice): void => {
	if (report.isFinished && conclude(report).exitCode === 0) {
		throw new SanitizeError('USAGE', `the run in ${journal} has ended well: there is nothing to resume`, {
			hint: 'see: zeroize certificate show JOURNAL',
		});
	}

	if (key !== undefined && !plan.signing) {
		throw new SanitizeError('USAGE', `the run in ${journal} was planned without a key`, {
			hint: 'leave out --key',
		});
	}

	if (plan.departure) {
		throw new SanitizeError('USAGE', 'a run that leaves its disk cannot be resumed', {
			hint: 'start a new run; the disk is erased from its start',
		});
	}
};

const lookAgain = async ({facts}: PlannedDevice, surroundings: Surroundings): Promise<DeviceFacts> => {
	for (let waitedMs = 0; ; waitedMs += 500) {
		const now = await inspectTarget(facts.target, surroundings);
		requireSameMedia(facts, now);
		try {
			requireUnused(now, 'DEVICE_BUSY');
			return now;
		} catch (error) {
			if (waitedMs >= writerMs) {
				throw toSanitizeError(error);
			}

			await sleep(500);
		}
	}
};

/** The plan as the report will have it: the one that says where the run stands must not differ from the one that is carried out. */
const withDevices = (kept: KeptRun, devices: readonly DeviceFacts[], atOnce?: number): KeptRun => {
	const {plan} = kept;
	const resumed = reduceReport(kept.report, {
		...{type: 'run.resumed', devices, seq: kept.head.seq + 1, at: new Date(0).toISOString()},
		runId: plan.runId,
	});
	return {...kept, plan: {...(resumed.plan ?? plan), ...(atOnce !== undefined && {atOnce})}};
};
