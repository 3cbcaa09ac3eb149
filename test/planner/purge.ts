import test from 'ava';
import {authorize} from '../../src/clearance.ts';
import type {DriveFacts} from '../../src/devices/drive.ts';
import {erasers} from '../../src/erasers/index.ts';
import {findFlaw} from '../../src/journal/event-schema.ts';
import {planLines} from '../../src/views/text/plan-lines.ts';
import {driveOf, nvmeFacts} from '../_helpers/drive-facts.ts';
import {capable} from '../_helpers/nvme-drive.ts';
import {memoryFacts, numbered, planOf, recipeOf} from '../_helpers/plan.ts';

const disk = (drive?: DriveFacts) =>
	memoryFacts({kind: 'disk', rotational: false, transport: 'nvme', ...(drive && {drive})});

const decommission = (purge: Record<string, unknown> = {}, erase: Record<string, unknown> = {}) =>
	recipeOf(
		['purge', {eraser: 'auto', canary: true, ...purge}],
		['erase', {eraser: 'auto', canary: true, ...erase}],
		['verify', {coverage: 'full', percent: 10}],
	);

test('a purge and the overwrite after it are both in the plan, with the exact command', t => {
	const plan = planOf({recipe: decommission(), devices: [disk(capable)]});
	t.deepEqual(plan.refusals, []);
	const [device] = plan.devices;
	t.like(device?.purge, {
		...{name: 'nvme-sanitize', method: 'purge', technique: 'cryptographic-erase'},
		command: ['nvme', 'admin-passthru', '/dev/sdz', '--opcode=0x84', '--cdw10=0x04'],
	});
	t.like(device?.eraser, {name: 'direct', method: 'clear', technique: 'overwrite'});
	t.is(device?.notPurged, undefined);
	t.is(device?.purges, undefined);
	t.regex(device?.notCovered.join('; ') ?? '', /^boot partitions and the Replay Protected Memory Block/);
	t.deepEqual(
		plan.steps.map(({step, phase, title}) => [step, phase, title]),
		[
			['purge', 'purge', 'purge with nvme-sanitize (cryptographic-erase)'],
			['erase', 'erase', 'erase with direct'],
			['verify', 'verify', 'verify every byte'],
		],
	);
	t.deepEqual(plan.tools, ['nvme', 'blockdev']);
	const text = planLines(plan).join('\n');
	t.regex(
		text,
		/ {2}purged first with nvme-sanitize: cryptographic-erase, NIST 800-88 purge .*\n {4}nvme admin-passthru \/dev\/sdz --opcode=0x84 --cdw10=0x04\n {2}then overwritten with direct: overwrite, NIST 800-88 clear/,
	);
	const [event] = numbered([{type: 'run.planned', plan}]);
	t.is(event && findFlaw(event), null);
});

test('it may begin to write twice, and no more often', t => {
	const facts = disk(capable);
	const spend = (recipe: ReturnType<typeof decommission>) => {
		const clearance = authorize(planOf({recipe, devices: [facts]}), ['SERIAL1']).get(facts.path);
		return () => clearance?.spend(facts);
	};
	const twice = spend(decommission());
	t.true(twice());
	t.false(twice());
	t.throws(twice, {code: 'NOT_CONFIRMED'});
	const once = spend(recipeOf(['erase', {eraser: 'direct'}]));
	t.true(once());
	t.throws(once, {code: 'NOT_CONFIRMED'});
});

test('another device is not written to, however often one comes', t => {
	const facts = disk(capable);
	const plan = planOf({recipe: decommission(), devices: [facts]});
	const clearance = authorize(plan, ['SERIAL1']).get(facts.path);
	t.throws(() => clearance?.spend({...facts, serial: 'ANOTHER'}), {code: 'DEVICE_CHANGED'});
	t.throws(() => clearance?.spend(facts), {code: 'NOT_CONFIRMED'});
});

test('what cannot purge itself is refused, unless the recipe falls back', t => {
	for (const [facts, why] of [
		[memoryFacts(), /it is no whole drive/],
		[disk(driveOf({nvme: nvmeFacts})), /nvme-format: .*nvme-sanitize: /],
	] as const) {
		const refused = planOf({recipe: decommission(), devices: [facts]});
		t.is(refused.devices[0]?.purge, undefined);
		t.like(refused.refusals, [{code: 'UNSUPPORTED'}]);
		t.regex(refused.refusals[0]?.message ?? '', /^\/dev\/sdz cannot be purged: /);
		t.regex(refused.refusals[0]?.message ?? '', why);
		t.regex(refused.refusals[0]?.hint ?? '', /"fallback: clear" in its step purge/);
		const plan = planOf({recipe: decommission({fallback: 'clear'}), devices: [facts]});
		t.deepEqual(plan.refusals, []);
		t.is(plan.devices[0]?.purge, undefined);
		t.like(plan.devices[0]?.eraser, {name: 'direct', method: 'clear'});
		t.regex(plan.devices[0]?.notPurged ?? '', why);
		t.regex(plan.steps[0]?.skip ?? '', /^clear in place of purge, as the recipe allows: /);
		t.regex(
			planLines(plan).join('\n'),
			/ {2}NOT PURGED but cleared, as the recipe allows: .*\n {2}erased with/,
		);
	}
});

test('of two devices each goes its own way', t => {
	const other = {...disk(), path: '/dev/sdy', target: '/dev/sdy', serial: 'SERIAL2'};
	const plan = planOf({recipe: decommission({fallback: 'clear'}), devices: [disk(capable), other]});
	t.is(plan.steps[0]?.skip, undefined);
	t.deepEqual(
		plan.devices.map(({purge, notPurged}) => [purge?.name, notPurged !== undefined]),
		[
			['nvme-sanitize', false],
			[undefined, true],
		],
	);
});

test('a technique is one that the drive has, or nothing is done', t => {
	const planned = (technique: string, changes = {}) =>
		planOf({recipe: decommission({technique, ...changes}), devices: [disk(capable)]});
	t.like(planned('block-erase').devices[0]?.purge, {name: 'nvme-sanitize', technique: 'block-erase'});
	t.true(planned('block-erase').devices[0]?.purge?.command?.includes('--cdw10=0x02'));
	t.true(planned('overwrite').devices[0]?.purge?.command?.includes('--cdw10=0x13'));
	const format = planned('block-erase', {eraser: 'nvme-format'});
	t.true(format.devices[0]?.purge?.command?.includes('--ses=1'));
	const [refusal] = planned('overwrite', {eraser: 'nvme-format'}).refusals;
	t.is(refusal?.code, 'UNSUPPORTED');
	t.regex(
		refusal?.message ?? '',
		/nvme-format: it does it by cryptographic-erase or block-erase, and overwrite is asked for/,
	);
	const cleared = planned('overwrite', {eraser: 'nvme-format', fallback: 'clear'});
	t.deepEqual(cleared.refusals, []);
	t.regex(cleared.devices[0]?.notPurged ?? '', /overwrite is asked for/);
});

test('a technique on the command line is for the purge, and without one for the erase', t => {
	const overrides = {technique: 'block-erase'} as const;
	const devices = [disk(capable)];
	t.is(planOf({recipe: decommission(), devices, overrides}).devices[0]?.purge?.technique, 'block-erase');
	const alone = planOf({recipe: recipeOf(['erase', {eraser: 'auto'}]), devices, overrides});
	t.like(alone.devices[0]?.eraser, {name: 'nvme-sanitize', method: 'purge', technique: 'block-erase'});
	const overwritten = planOf({devices, overrides: {technique: 'overwrite'}});
	t.like(overwritten.devices[0]?.eraser, {name: 'direct', technique: 'overwrite'});
	const clear = planOf({
		...{recipe: recipeOf(['erase', {eraser: 'auto', method: 'clear'}]), devices, overrides},
	});
	t.regex(clear.refusals[0]?.message ?? '', /auto clears by overwrite alone, and block-erase is asked for/);
	const named = planOf({devices, overrides: {technique: 'block-erase', eraser: 'direct'}});
	t.regex(named.refusals[0]?.message ?? '', /direct: it does it by overwrite, and block-erase is asked for/);
});

test('what overwrites after a purge is no purge, and what purges before it is no overwrite', t => {
	const devices = [disk(capable)];
	const [twice] = planOf({recipe: decommission({}, {eraser: 'nvme-format'}), devices}).refusals;
	t.regex(twice?.message ?? '', /nvme-format is a purge, and a clear is asked for/);
	const driveDefined = erasers.map(eraser =>
		eraser.name === 'dd' ? {...eraser, leaves: 'drive-defined' as const} : eraser,
	);
	const again = planOf({recipe: decommission({}, {eraser: 'dd'}), devices, erasers: driveDefined});
	t.is(again.devices[0]?.eraser, undefined);
	t.regex(again.refusals[0]?.message ?? '', /dd lets the drive erase itself, and after the purge/);
	const [none] = planOf({recipe: decommission({eraser: 'dd'}), devices}).refusals;
	t.regex(none?.message ?? '', /dd is a clear, and a purge is asked for/);
	const [misspelt] = planOf({
		...{recipe: decommission({eraser: 'nvme-sanitise', fallback: 'clear'}), devices},
	}).refusals;
	t.regex(misspelt?.message ?? '', /there is no eraser "nvme-sanitise"/);
});

test('a read-only device is refused in every way', t => {
	const facts = {...disk(capable), readOnly: true};
	const plan = planOf({recipe: decommission({fallback: 'clear'}), devices: [facts]});
	t.deepEqual(
		plan.refusals.map(({code}) => code),
		['DEVICE_READ_ONLY', 'UNSUPPORTED'],
	);
});
