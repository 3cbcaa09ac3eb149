import test from 'ava';
import type {PlannedStep} from '../../../src/plan.ts';
import {createNumbering} from '../../../src/views/text/numbering.ts';
import {plan} from '../../_helpers/recorded-plan.ts';

const stamp = {seq: 1, at: '2026-11-04T12:00:00.000Z', runId: 'x'};

const planned = (step: string): PlannedStep => ({
	step,
	title: step,
	scope: 'run',
	phase: 'prepare',
	options: {},
	commands: [],
	tools: [],
});

test('a step that stands twice in a recipe is numbered by its turn', t => {
	const numbering = createNumbering();
	numbering.plan(plan({steps: ['stop-service', 'erase', 'stop-service', 'stop-service'].map(planned)}));
	const start = {type: 'step.started', step: 'stop-service', title: 'stop', ...stamp} as const;
	const finish = {type: 'step.finished', step: 'stop-service', durationMs: 1, ...stamp} as const;
	const skip = {type: 'step.skipped', step: 'stop-service', reason: 'no', ...stamp} as const;
	t.deepEqual(
		[start, finish, skip, start, finish].map(event => numbering.of(event)),
		['[1/4]', '[1/4]', '[3/4]', '[4/4]', '[4/4]'],
	);
});

test('devices go through the steps each for itself, and an unknown step has no number', t => {
	const numbering = createNumbering();
	numbering.plan(plan({steps: ['erase', 'verify'].map(planned)}));
	const started = (step: string, device: string) =>
		numbering.of({type: 'step.started', step, title: step, device, ...stamp});
	t.deepEqual(
		[
			started('erase', 'a'),
			started('erase', 'b'),
			started('verify', 'a'),
			started('verify', 'b'),
			started('other', 'a'),
		],
		['[1/2]', '[1/2]', '[2/2]', '[2/2]', '[-/2]'],
	);
});
