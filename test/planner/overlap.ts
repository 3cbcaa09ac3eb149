import test from 'ava';
import {erasers} from '../../src/erasers/index.ts';
import {planOverlap} from '../../src/planner/overlap.ts';
import {memoryFacts, planOf, recipeOf} from '../_helpers/plan.ts';

const disk = {kind: 'disk', rotational: false} as const;
const direct = erasers.find(({name}) => name === 'direct');
const dd = erasers.find(({name}) => name === 'dd');

const steps = (options = {}) => [
	{phase: 'prepare' as const, options: {}},
	{phase: 'erase' as const, options: {}},
	{phase: 'verify' as const, options: {coverage: 'full', ...options}},
];

for (const [title, facts, eraser, options, overlaps, reason] of [
	['our own writer on flash', disk, direct, {}, true, /^the device is not rotational$/],
	['a disk with heads', {...disk, rotational: true}, direct, {}, false, /^the device is rotational$/],
	['nobody knows', {...disk, rotational: null}, direct, {}, false, /is not known$/],
	['another program', disk, dd, {}, false, /^dd writes, not this program$/],
	['another program, asked for', disk, dd, {overlap: true}, true, /^asked for$/],
	['heads, asked for', {...disk, rotational: true}, direct, {overlap: true}, true, /^asked for$/],
	['not asked for', disk, direct, {overlap: false}, false, /^asked for$/],
	['a loop device', {...disk, kind: 'loop' as const}, direct, {}, true, /^the device is not rotational$/],
	['a file', {...disk, kind: 'file' as const}, direct, {overlap: true}, false, /does not count all writes/],
	['a partition', {...disk, kind: 'partition' as const}, direct, {}, false, /does not count all writes/],
	['a mapping', {...disk, kind: 'lvm' as const}, direct, {overlap: true}, false, /does not count all writes/],
	['no order', disk, direct && {...direct, writesInOrder: false}, {overlap: true}, false, /each byte once/],
] as const) {
	test(`${title}: ${overlaps ? 'behind the writer' : 'when all is written'}`, t => {
		const planned = planOverlap(facts, eraser, steps(options));
		t.is(planned?.overlaps, overlaps);
		t.regex(planned?.reason ?? '', reason);
	});
}

test('where there is no full verification right after the only erase there is nothing to plan', t => {
	t.is(planOverlap(disk, direct, steps({coverage: 'sampled'})), undefined);
	t.is(planOverlap(disk, direct, steps().slice(0, 2)), undefined);
	t.is(planOverlap(disk, undefined, steps()), undefined);
	t.is(planOverlap(disk, direct, [...steps().slice(0, 2), ...steps().slice(1)]), undefined);
});

test('what was asked for and cannot be refuses the run; what was not asked for is planned', t => {
	const devices = [memoryFacts({...disk})];
	const recipe = recipeOf(['erase', {eraser: 'direct'}], ['verify', {coverage: 'full'}]);
	t.true(planOf({recipe, devices}).devices[0]?.overlap?.overlaps);
	t.deepEqual(planOf({recipe, devices}).refusals, []);
	const sampled = planOf({
		recipe,
		devices,
		overrides: {verify: {coverage: 'sampled', percent: 1, overlap: true}},
	});
	t.is(sampled.refusals[0]?.code, 'USAGE');
	t.regex(sampled.refusals[0]?.message ?? '', /takes an erase, and a full verification/);
	const file = planOf({recipe, devices: [memoryFacts({kind: 'file'})], overrides: {verify: {overlap: true}}});
	t.regex(file.refusals[0]?.message ?? '', /does not count/);
	const off = planOf({recipe, devices, overrides: {verify: {overlap: false}}});
	t.false(off.devices[0]?.overlap?.overlaps);
	t.deepEqual(off.refusals, []);
});
