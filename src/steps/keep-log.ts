import {defineRunStep} from './step.ts';

export default defineRunStep({
	name: 'keep-log',
	summary: 'move the journal and log from the state directory to the log directory',
	phase: 'aftercare',
	always: true,
	scope: 'run',
	options: {},
	tools: () => [],
	plan: (_options, {logDir, logRefused}) => ({
		title: `move the log to ${logDir}`,
		...(logRefused !== null && {skip: logRefused}),
	}),
	async run(_options, {plan, records}) {
		// A run that is tried again may have moved it before.
		const {keptIn} = records.report().log;
		return {facts: {logDir: keptIn ?? (await records.moveTo(plan.logDir))}};
	},
});
