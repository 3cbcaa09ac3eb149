import type {Host} from '../hosts/host.ts';
import {giveShellBack} from '../hosts/systemd/emergency-shell.ts';
import {createConsoles} from '../output/consoles.ts';
import {readKeptRun} from '../records/kept-run.ts';
import plain from '../views/plain.ts';
import {type AddCommand, type CommandEnd, printError, type Surroundings} from './command.ts';
import {continueRun} from './session/continue.ts';

const flushMs = 5000;

/** What the unit of a run that leaves its disk does: from the first step to where RAM takes over. */
export const addContinue: AddCommand = (program, surroundings, finish) => {
	program
		.command('continue <directory>', {hidden: true})
		.description('go on with a run that another process confirmed')
		.action(async (directory: string) => {
			const kept = await readKeptRun(directory);
			const consoles = createConsoles(kept.plan.departure?.consoles ?? [], surroundings.root);
			finish(
				await endingOpen({...surroundings, stdout: consoles, stderr: consoles}, own =>
					continueRun({kept, view: plain}, own),
				),
			);
		});
};

/** A run that ends here, well or not, leaves the operator a machine to log in to. */
const endingOpen = async (
	surroundings: Surroundings,
	run: (surroundings: Surroundings) => Promise<CommandEnd>,
): Promise<CommandEnd> => {
	const fail = async (error: unknown): Promise<never> => {
		printError(surroundings.stderr, 'going on with the run', error);
		await giveShellBack(surroundings);
		await surroundings.stderr.flush(flushMs);
		throw error;
	};
	const leaving = (host: Pick<Host, 'leave'>) => ({leave: () => host.leave().catch(fail)});
	const end = await run(surroundings).catch(fail);
	if (!end.leave) {
		await giveShellBack(surroundings);
	}

	await surroundings.stdout.flush(flushMs);
	return end.leave ? {...end, leave: leaving(end.leave)} : end;
};
