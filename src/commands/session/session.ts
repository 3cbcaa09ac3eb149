import {exitCodeOf, SanitizeError, toSanitizeError} from '../../errors.ts';
import type {Outcome} from '../../events/results.ts';
import {RunEvents} from '../../events.ts';
import {conclude} from '../../outcome.ts';
import type {Plan, Refusal} from '../../plan.ts';
import {emptyReport, startDevice} from '../../report.ts';
import {views} from '../../views/index.ts';
import {selectView} from '../../views/text/select.ts';
import type {View} from '../../views/view.ts';
import {type CommandEnd, printError, type Surroundings} from '../command.ts';
import type {ProgressChoice} from '../options.ts';
import {askConfirmations} from './confirm.ts';
import {detachRun} from './detach.ts';
import {executePlan} from './execute.ts';
import {type EndText, type Explanation, explainEnd} from './explain.ts';
import {newRunId, preparePlan, type RunRequest} from './prepare.ts';
import {unlockPlannedKey} from './signing.ts';

export interface SessionOptions {
	readonly request: RunRequest;
	readonly progress: ProgressChoice;
	/** What `--confirm` gave; `itself` for a device that the command made for the purpose. */
	readonly confirmations: readonly string[] | 'itself';
	/** `plan` stops when the plan is shown. */
	readonly stopsAfterPlan: boolean;
}

/** A run from its request to its end: what `run`, `plan`, `rehearse` and `verify` have in common. */
export const runSession = async (
	options: SessionOptions,
	surroundings: Surroundings,
): Promise<CommandEnd> => {
	const {request, progress} = options;
	const {stdout, stderr, now} = surroundings;
	const runId = newRunId(now());
	const events = new RunEvents({
		runId,
		now,
		onListenerError: error => void printError(stderr, 'following the run', error),
	});
	const plan = await preparePlan(runId, request, surroundings);
	const view = pickView(progress, plan, surroundings);
	using _view = view.attach(events, stdout);
	using explanation = explainEnd(events);
	events.emit({type: 'run.planned', plan});
	let end: CommandEnd;
	try {
		end = await carryOut(plan, options, {events, view}, surroundings);
	} catch (error) {
		return refuse(toSanitizeError(error), plan, {events, explanation}, request, surroundings);
	}

	printEnd(explanation.text(), request, surroundings);
	return end;
};

const carryOut = async (
	plan: Plan,
	options: SessionOptions,
	{events, view}: {events: RunEvents; view: View},
	surroundings: Surroundings,
): Promise<CommandEnd> => {
	const isRefused = plan.refusals.length > 0;
	const signingKey =
		options.stopsAfterPlan || isRefused
			? undefined
			: await unlockPlannedKey(plan, options.request, surroundings);
	const confirmations =
		options.confirmations === 'itself'
			? plan.devices.map(({confirmation}) => confirmation)
			: options.stopsAfterPlan
				? []
				: await askConfirmations(plan, options.confirmations, surroundings);
	if (options.stopsAfterPlan) {
		return planEnd(plan, options.request, surroundings);
	}

	return plan.departure
		? detachRun({plan, departure: plan.departure, confirmations, events, signingKey}, surroundings)
		: executePlan({plan, confirmations, events, view, signingKey}, surroundings);
};

export const pickView = (progress: ProgressChoice, plan: Plan, {stdout, env}: Surroundings): View => {
	const {isTTY, columns} = stdout;
	const selected = selectView(progress, {isTTY, columns, term: env['TERM']});
	// The task list is drawn by the process that does the tasks, and that will be another one.
	const name = selected === 'tty' && plan.departure ? 'plain' : selected;
	const view = views.find(view => view.name === name);
	if (!view) {
		throw new TypeError(`there is no view ${name}`);
	}

	return view;
};

/** `plan` says with its exit code what `run` would say. */
const planEnd = (plan: Plan, request: RunRequest, {stderr}: Surroundings): CommandEnd => {
	for (const refusal of plan.refusals) {
		printError(stderr, `planning ${request.recipe.name}`, asError(refusal));
	}

	const [first] = plan.refusals;
	return {exitCode: first ? exitCodeOf(first.code) : 0};
};

const refuse = (
	error: SanitizeError,
	plan: Plan,
	{events, explanation}: {events: RunEvents; explanation: Explanation},
	request: RunRequest,
	{stderr}: Surroundings,
): CommandEnd => {
	const refusals = plan.refusals.length > 0 ? plan.refusals : [toRefusal(error)];
	// Whatever went wrong: once something was written, only "failed" is true.
	const exitCode = explanation.isCommitted() ? exitCodeOf('ERASER_FAILED') : refusalCode(error);
	const isInterruption = error.code === 'INTERRUPTED' || error.code === 'TERMINATED';
	const outcome: Outcome = explanation.isCommitted() ? 'failed' : isInterruption ? 'interrupted' : 'refused';
	const devices = conclude({...emptyReport, ...startReport(plan)}).devices.map(device => ({
		...device,
		outcome,
	}));
	events.emit({type: 'run.finished', outcome, exitCode, devices, refusals});
	for (const refusal of refusals) {
		printError(stderr, `starting ${request.recipe.name}`, asError(refusal));
	}

	return {exitCode};
};

// What fails before the first write is a refusal, whatever it would be later.
const refusalCode = ({code}: SanitizeError): number => {
	const exitCode = exitCodeOf(code);
	return exitCode > 3 && exitCode < 128 ? exitCodeOf('DEVICE_BUSY') : exitCode;
};

const startReport = (plan: Plan) => ({plan, devices: plan.devices.map(planned => startDevice(planned))});

const asError = ({code, message, hint}: Refusal): SanitizeError => new SanitizeError(code, message, {hint});

const toRefusal = ({code, message, hint}: SanitizeError): Refusal => ({
	code,
	message,
	hint: hint ?? 'see: zeroize --help',
});

const printEnd = (text: EndText | null, {recipe}: RunRequest, {stderr}: Surroundings): void => {
	if (text !== null) {
		printError(
			stderr,
			`running ${recipe.name}`,
			new SanitizeError('INTERNAL', text.message, {hint: text.hint}),
		);
	}
};
