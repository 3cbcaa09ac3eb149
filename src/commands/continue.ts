import type {SigningKey} from '../certificate/signing-key.ts';
import {SanitizeError} from '../errors.ts';
import type {Host} from '../hosts/host.ts';
import {withdraw} from '../hosts/systemd/departure.ts';
import {giveShellBack} from '../hosts/systemd/emergency-shell.ts';
import {forgetRunUnit} from '../hosts/systemd/run-unit.ts';
import {forgetHandedOver, handoverFile, readHandedOver} from '../keys/handover.ts';
import {createConsoles} from '../output/consoles.ts';
import type {Plan} from '../plan.ts';
import {readKeptRun} from '../records/kept-run.ts';
import plain from '../views/plain.ts';
import {type AddCommand, type CommandEnd, done, printError, type Surroundings} from './command.ts';
import {continueRun} from './session/continue.ts';
import {claimDevices} from './session/lanes.ts';

const flushMs = 5000;

/** What the unit of a run that leaves its disk does: from the first step to where RAM takes over. */
export const addContinue: AddCommand = (program, surroundings, finish) => {
	program
		.command('continue <directory>', {hidden: true})
		.description('go on with a run that another process confirmed')
		.action(async (directory: string) => {
			const kept = await readKeptRun(directory);
			if (kept.report.isFinished) {
				throw new SanitizeError('NOT_CONFIRMED', `the run in ${directory} has ended`, {
					hint: 'start a new run',
				});
			}

			await using _claims = await claimDevices(kept.plan);
			const consoles = createConsoles(kept.plan.departure?.consoles ?? [], surroundings.root);
			finish(
				await endingOpen({...surroundings, stdout: consoles, stderr: consoles}, async own =>
					continueRun({kept, view: plain, signingKey: await takeKey(kept.plan, own)}, own),
				),
			);
		});
};

/** @throws SanitizeError KEY_UNUSABLE. */
const takeKey = async (
	{runId, signing}: Plan,
	{root, uid}: Surroundings,
): Promise<SigningKey | undefined> => {
	if (!signing) {
		return undefined;
	}

	const file = handoverFile(runId, root);
	const key = await readHandedOver(file, {keyId: signing.keyId, uid});
	await forgetHandedOver(file);
	return key;
};

/** What systemd runs when the unit's program has ended, and perhaps could not do it itself. */
export const addGiveShellBack: AddCommand = (program, surroundings, finish) => {
	program
		.command('give-shell-back <run>', {hidden: true})
		.description('let the operator of emergency mode log in again')
		.action(async (runId: string) => {
			const {root, env} = surroundings;
			// Not while it runs: without its file systemd forgets, at the next daemon-reload, what lets it survive.
			await forgetRunUnit(runId, root);
			await forgetHandedOver(handoverFile(runId, root));
			// systemd.exec(5), "Environment Variables Set or Propagated by the Service Manager".
			if (env['EXIT_CODE'] !== 'exited') {
				await withdraw(root);
				await giveShellBack(surroundings);
			}

			finish(done);
		});
};

/** A run that ends here, well or not, leaves the operator a machine to log in to. */
const endingOpen = async (
	surroundings: Surroundings,
	run: (surroundings: Surroundings) => Promise<CommandEnd>,
): Promise<CommandEnd> => {
	const giveBack = () =>
		giveShellBack(surroundings).catch(error => {
			printError(surroundings.stderr, 'giving the shell of emergency mode back', error);
		});
	const fail = async (error: unknown): Promise<never> => {
		printError(surroundings.stderr, 'going on with the run', error);
		await giveBack();
		await surroundings.stderr.flush(flushMs);
		throw error;
	};
	const leaving = (host: Pick<Host, 'leave'>) => ({leave: () => host.leave().catch(fail)});
	const end = await run(surroundings).catch(fail);
	if (!end.leave) {
		await giveBack();
	}

	await surroundings.stdout.flush(flushMs);
	return end.leave ? {...end, leave: leaving(end.leave)} : end;
};
