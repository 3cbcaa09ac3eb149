import {open} from 'node:fs/promises';
import path from 'node:path';
import type {SigningKey} from '../../certificate/signing-key.ts';
import {authorize} from '../../clearance.ts';
import {exitCodeOf, SanitizeError} from '../../errors.ts';
import type {RunEvents} from '../../events.ts';
import {ownTerminal} from '../../hosts/consoles.ts';
import type {Departure} from '../../hosts/host.ts';
import {interruptRunUnit, isRunUnitActive, runUnitName, startRunUnit} from '../../hosts/systemd/run-unit.ts';
import {relaxSelinux} from '../../hosts/systemd/selinux.ts';
import {forgetHandedOver, handoverFile} from '../../keys/handover.ts';
import {writeKeyFile} from '../../keys/key-file.ts';
import type {Plan} from '../../plan.ts';
import {createRecords} from '../../records/run-records.ts';
import {createLogLines} from '../../views/text/log-lines.ts';
import type {CommandEnd, Surroundings} from '../command.ts';
import {announce} from './announce.ts';
import {followJournal} from './follow.ts';
import {claimDevices} from './lanes.ts';

interface Confirmed {
	readonly plan: Plan;
	readonly departure: Departure;
	readonly confirmations: readonly string[];
	readonly events: RunEvents;
	/** What the plan says that it signs with. */
	readonly signingKey?: SigningKey | undefined;
}

/**
Hands a confirmed run to a unit of its own, which no end of a login can stop, and shows it for as long as this terminal lives.
@throws SanitizeError whatever refuses the run: then nothing was touched.
*/
export const detachRun = async (confirmed: Confirmed, surroundings: Surroundings): Promise<CommandEnd> => {
	const {plan, departure, confirmations, events} = confirmed;
	const {root, env, stderr, signal} = surroundings;
	authorize(plan, confirmations);
	// The unit claims them for as long as it lives; a second run shall not get that far.
	await (await claimDevices(plan))[Symbol.asyncDispose]();
	await announce(plan, events, surroundings);
	if (await relaxSelinux(root)) {
		events.emit({type: 'run.warned', ...selinuxRelaxed});
	}

	const directory = keepConfirmed(confirmed);
	const journal = path.join(directory, 'journal.jsonl');
	await using file = await open(journal);
	const fromByte = (await file.stat()).size;
	// The unit writes to the consoles itself: at one of them it would be said twice.
	const isShown = departure.consoles.includes((await ownTerminal(root)) ?? '');
	signal.throwIfAborted();
	stderr.write(isShown ? '' : whereToFollow(departure));
	const command = [departure.executable, 'continue', directory] as const;
	const unit = {runId: plan.runId, command, searchPath: env['PATH'] ?? ''};
	await withKeyHandedOver(confirmed, root, async () => startRunUnit(unit, surroundings));
	using _ = passOn(signal, plan.runId, surroundings);
	const exitCode = await followJournal({
		file,
		journal,
		fromByte,
		onEvent: event => (isShown ? undefined : events.replay(event)),
		isAlive: () => isRunUnitActive(plan.runId, surroundings),
		isEnough: () => isTermination(signal),
	});
	if (exitCode === undefined) {
		stderr.write(
			`zeroize: the run goes on without this terminal (${runUnitName(plan.runId)}, then in RAM)\n`,
		);
	}

	return {exitCode: exitCode ?? exitCodeOf('TERMINATED')};
};

/** The unit's process takes the key, and the file away. */
const withKeyHandedOver = async (
	{plan, signingKey}: Confirmed,
	root: string,
	start: () => Promise<void>,
): Promise<void> => {
	const file = handoverFile(plan.runId, root);
	if (signingKey) {
		await writeKeyFile(file, signingKey);
	}

	try {
		await start();
	} catch (error) {
		await forgetHandedOver(file);
		throw error;
	}
};

const selinuxRelaxed = {
	code: 'NO_PERMISSION',
	message: 'SELinux is permissive from now on: enforcing, it would not let the run go on in RAM',
	hint: 'if the run ends before it has left the disk: setenforce 1',
} as const;

const whereToFollow = ({consoles}: Departure): string =>
	`zeroize: this login will be cut off; the run goes on without it\nhint: follow it on the console (${consoles.join(', ')})\n`;

/** The journal so far, on disk before anybody acts on it. */
const keepConfirmed = ({plan, events, confirmations, signingKey}: Confirmed): string => {
	using records = createRecords({events, stateDir: plan.stateDir, signingKey, describe: createLogLines()});
	events.emit({type: 'run.confirmed', confirmations});
	const {directory} = records;
	if (directory === null || !records.sync()) {
		throw new SanitizeError('STATE_DIR_UNUSABLE', `the journal cannot be kept in ${plan.stateDir}`, {
			hint: 'make room there, or name another place (--state-dir)',
		});
	}

	return directory;
};

/** What an operator types is meant for the process that carries the run; SIGTERM is meant for this one: emergency mode sends it to all that a login started. */
const passOn = (signal: AbortSignal, runId: string, surroundings: Surroundings): Disposable => {
	const pass = () => {
		if (!isTermination(signal)) {
			// There may be nobody left to hear it: then the run is where no signal reaches it.
			interruptRunUnit(runId, surroundings).catch(() => {});
		}
	};
	signal.addEventListener('abort', pass, {once: true});
	if (signal.aborted) {
		pass();
	}

	return {[Symbol.dispose]: () => signal.removeEventListener('abort', pass)};
};

const isTermination = ({reason}: AbortSignal): boolean =>
	reason instanceof SanitizeError && reason.code === 'TERMINATED';
