import test from 'ava';
import {makePlan} from '../src/planner.ts';
import {driveOf, healthOf} from './_helpers/drive-facts.ts';
import {memoryFacts, planInput, planOf, recipeOf} from './_helpers/plan.ts';

const disk = (changes = {}) => memoryFacts({kind: 'disk', rotational: false, ...changes});

test('the same input gives the same plan, frozen and plain', t => {
	const plan = planOf();
	t.deepEqual(plan, makePlan(planInput()));
	t.deepEqual(JSON.parse(JSON.stringify(plan)), plan);
	t.true(
		Object.isFrozen(plan) &&
			Object.isFrozen(plan.devices[0]?.facts) &&
			Object.isFrozen(plan.steps[0]?.options),
	);
});

test('the eraser is the one that the recipe names, unless the command line names another', t => {
	t.like(planOf().devices[0]?.eraser, {name: 'direct', reason: 'named by the recipe'});
	const overridden = planOf({devices: [disk()], overrides: {eraser: 'dd'}});
	t.like(overridden.devices[0]?.eraser, {name: 'dd', reason: 'asked for'});
	t.deepEqual(overridden.steps[0]?.options, {eraser: 'dd'});
});

test('auto takes what was measured to be faster, and says why the others cannot', t => {
	const recipe = recipeOf(['erase', {eraser: 'auto'}]);
	const disks = [disk(), disk({path: '/dev/sdy'}), disk({path: '/dev/sdw'})];
	const rates = new Map([
		[disks[0]?.path ?? '', {oneAtATime: 2e9, fourAtATime: 1e9}],
		['/dev/sdy', {oneAtATime: 2e9, fourAtATime: 4e9, of: '/dev/sdx'}],
	]);
	const erasers = planOf({recipe, devices: disks, rates}).devices.map(({eraser}) => eraser);
	t.deepEqual(
		erasers.map(eraser => eraser?.name),
		['dd', 'direct', 'direct'],
	);
	t.regex(erasers[0]?.reason ?? '', /reading it gave 953 MiB\/s four .*, 1\.8 GiB\/s one at a time/);
	t.regex(erasers[1]?.reason ?? '', /reading \/dev\/sdx gave 3\.7 GiB\/s four/);
	t.regex(erasers[2]?.reason ?? '', /could not be measured/);
	const [memory] = planOf({recipe}).devices;
	t.is(memory?.eraser?.name, 'direct');
	t.deepEqual(
		memory?.unsuitable.map(({eraser}) => eraser),
		['dd', 'zero-range'],
	);
});

test('an eraser that cannot do it, or that nobody knows, refuses the device', t => {
	for (const [eraser, message] of [
		['dd', /dd: it has no node/],
		['nvme', /there is no eraser "nvme"/],
	] as const) {
		const [refusal] = planOf({overrides: {eraser}}).refusals;
		t.is(refusal?.code, 'UNSUPPORTED');
		t.regex(refusal?.message ?? '', message);
	}
});

test('the plan holds the exact command for each device', t => {
	const plan = planOf({
		overrides: {eraser: 'dd'},
		devices: [disk(), disk({path: '/srv/a.img', target: 'loop:a.img', kind: 'loop'})],
	});
	t.deepEqual(
		plan.devices.map(({eraser}) => eraser?.command?.join(' ')),
		[
			'dd if=/dev/zero of=/dev/sdz bs=1M conv=fsync,nocreat oflag=direct status=progress',
			'dd if=/dev/zero of=/dev/loopN bs=1M conv=fsync,nocreat oflag=direct status=progress',
		],
	);
	t.deepEqual(plan.tools, ['dd']);
});

test('a recipe that only reads plans no eraser, and refuses nothing that is mounted', t => {
	const plan = planOf({
		recipe: recipeOf(['verify', {coverage: 'full', percent: 10}]),
		devices: [disk({mountPoints: ['/srv']})],
	});
	t.is(plan.devices[0]?.eraser, undefined);
	t.deepEqual(plan.refusals, []);
	t.deepEqual(plan.devices[0]?.unsuitable, []);
});

test('verification can be changed or left out, and the plan says so', t => {
	const [, sampled] = planOf({overrides: {verify: {coverage: 'sampled', percent: 2}}}).steps;
	t.deepEqual(
		[sampled?.title, sampled?.options],
		['verify a sample of 2 %', {coverage: 'sampled', percent: 2}],
	);
	const [, none] = planOf({overrides: {verify: {coverage: 'none'}}}).steps;
	t.is(none?.skip, 'verification was not asked for');
});

test('a device that is named twice is refused', t => {
	t.like(planOf({devices: [disk(), disk()]}).refusals, [{code: 'USAGE', message: '/dev/sdz is named twice'}]);
});

test('what an overwrite cannot reach is named for each kind of media', t => {
	const plan = planOf({
		devices: [disk(), disk({path: '/dev/sdy', rotational: true}), memoryFacts({path: 'm'})],
	});
	const [flash, magnetic, memory] = plan.devices.map(({notCovered}) => notCovered.join('; '));
	t.regex(flash ?? '', /over-provisioning/);
	t.notRegex(magnetic ?? '', /over-provisioning/);
	t.regex(magnetic ?? '', /hidden areas/);
	t.is(memory, '');
});

test('what is wrong with the drive is in the plan, and stops nothing', t => {
	const failing = disk({drive: driveOf({health: healthOf({passed: false})})});
	const {devices, refusals} = planOf({devices: [failing, disk({path: '/dev/sdy'})]});
	t.deepEqual(refusals, []);
	t.regex(devices[0]?.warnings?.[0] ?? '', /it is failing/);
	t.is(devices[1]?.warnings, undefined);
});

test('what the recipe says for the certificate is in the plan; the media come from the host by default', t => {
	const performedBy = {name: 'A', title: null, location: 'L', contact: null};
	const {certificate} = planOf({
		recipe: recipeOf(['issue-certificate', {assetTag: 'T1', mediaSource: null, performedBy}]),
	});
	t.like(certificate, {
		assetTag: 'T1',
		mediaSource: 'host',
		performedBy: {name: 'A', location: 'L', date: null},
	});
	t.is(planOf().certificate.validatedBy.name, null);
});
