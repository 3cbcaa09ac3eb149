import type {Host} from '../../src/hosts/host.ts';
import type {Plan} from '../../src/plan.ts';
import {createTools} from '../../src/process.ts';
import {emptyReport, type Report} from '../../src/report.ts';
import type {Records, StepContext} from '../../src/steps/step.ts';
import {planOf} from './plan.ts';

/** What a run step is given, with a real record of nothing. */
export const stepContext = (
	host: Host,
	changes: {plan?: Plan; report?: Report; signal?: AbortSignal} = {},
): StepContext => {
	const records: Records = {
		report: () => changes.report ?? emptyReport,
		journalHead: () => ({hash: '0'.repeat(64), seq: 1}),
		files: () => [],
		writeBeside: async name => name,
		moveTo: async logDir => logDir,
	};
	return {
		plan: changes.plan ?? planOf(),
		host,
		tools: createTools({env: {}}),
		signal: changes.signal ?? new AbortController().signal,
		now: () => new Date(0),
		records,
		warn() {},
	};
};
