import test from 'ava';
import type {DriveFacts} from '../../src/devices/drive.ts';
import {capableAta} from '../_helpers/ata-drive.ts';
import {driveOf, nvmeFacts} from '../_helpers/drive-facts.ts';
import {capableMmc} from '../_helpers/mmc-card.ts';
import {capable} from '../_helpers/nvme-drive.ts';
import {memoryFacts, planOf, recipeOf} from '../_helpers/plan.ts';
import {capableScsi} from '../_helpers/scsi-drive.ts';

const disk = (drive?: DriveFacts) =>
	memoryFacts({kind: 'disk', rotational: false, transport: 'nvme', ...(drive && {drive})});

const formatOnly = driveOf({
	nvme: {...nvmeFacts, format: {...nvmeFacts.format, supported: true, cryptoErase: true}},
});

const purging = (options: Record<string, unknown> = {}) =>
	recipeOf(['erase', {eraser: 'auto', method: 'purge', ...options}], ['verify', {coverage: 'full'}]);

test('a purge takes the best that the drive has, and says what it does', t => {
	const [device] = planOf({recipe: purging(), devices: [disk(capable)]}).devices;
	t.like(device?.eraser, {name: 'nvme-sanitize', method: 'purge', technique: 'cryptographic-erase'});
	t.is(device?.eraser?.command?.join(' '), 'nvme sanitize /dev/sdz --sanact=4 --force');
	const [second] = planOf({recipe: purging(), devices: [disk(formatOnly)]}).devices;
	t.like(second?.eraser, {name: 'nvme-format', method: 'purge', technique: 'cryptographic-erase'});
	t.deepEqual(
		second?.unsuitable.map(({eraser}) => eraser).filter(name => name.startsWith('nvme')),
		['nvme-sanitize'],
	);
});

test('a purge of a SCSI drive and of an eMMC, and a secure discard, which is none', t => {
	const plan = (drive: DriveFacts, options = {}) =>
		planOf({recipe: purging(options), devices: [disk(drive)]});
	t.like(plan(capableScsi).devices[0]?.eraser, {name: 'scsi-sanitize', technique: 'cryptographic-erase'});
	const card = plan(capableMmc);
	t.like(card.devices[0]?.eraser, {name: 'mmc-secure', method: 'purge', technique: 'block-erase'});
	t.regex(card.devices[0]?.eraser?.command?.join(' ') ?? '', /^mmc erase trim 0 65024 .* && mmc sanitize /);
	const discarding = plan(capableMmc, {eraser: 'discard-secure'});
	t.is(discarding.devices[0]?.eraser, undefined);
	t.regex(discarding.refusals[0]?.message ?? '', /discard-secure is a clear, and a purge is asked for/);
	const bare = {...capableMmc, mmc: {...capableMmc.mmc, sanitize: false}} as DriveFacts;
	t.like(plan(bare).refusals[0], {code: 'UNSUPPORTED'});
	t.regex(plan(bare).refusals[0]?.message ?? '', /mmc-secure: the eMMC has no Sanitize .* is a clear/);
});

test('what a purge does not reach is not what an overwrite does not reach', t => {
	const drive = {...capable, hiddenAreas: [{area: 'unallocated', bytes: 4096}] as const};
	const notCovered = (eraser: string) =>
		planOf({overrides: {eraser}, devices: [disk(drive)]}).devices[0]?.notCovered.join('; ') ?? '';
	t.regex(notCovered('direct'), /spare and retired flash cells.*belongs to no NVMe namespace/);
	t.regex(notCovered('nvme-format'), /^capacity that belongs to no NVMe namespace.*outside of the namespace/);
	t.regex(notCovered('nvme-sanitize'), /^boot partitions and the Replay Protected Memory Block/);
});

test('a purge that the drive cannot do is refused, never downgraded', t => {
	for (const drive of [undefined, driveOf(), driveOf({nvme: nvmeFacts})]) {
		const plan = planOf({recipe: purging(), devices: [disk(drive)]});
		t.is(plan.devices[0]?.eraser, undefined);
		const [refusal] = plan.refusals;
		t.is(refusal?.code, 'UNSUPPORTED');
		t.regex(refusal?.message ?? '', /cannot be purged: .*nvme-format: .*nvme-sanitize: /);
		t.regex(refusal?.hint ?? '', /fallback: clear/);
	}
});

test('only the recipe may fall back, and then the plan says clear', t => {
	const [device] = planOf({recipe: purging({fallback: 'clear'}), devices: [disk()]}).devices;
	t.like(device?.eraser, {name: 'direct', method: 'clear', technique: 'overwrite'});
	t.regex(device?.eraser?.reason ?? '', /^clear in place of purge, as the recipe allows: .*nvme-sanitize: /);
	t.regex(device?.notCovered.join('; ') ?? '', /spare and retired/);
	const [able] = planOf({recipe: purging({fallback: 'clear'}), devices: [disk(capable)]}).devices;
	t.is(able?.eraser?.method, 'purge');
});

test('an eraser that is named by a name that nobody knows does not fall back', t => {
	const recipe = purging({eraser: 'nvme-sanitise', fallback: 'clear'});
	const plan = planOf({recipe, devices: [disk(capable)]});
	t.is(plan.devices[0]?.eraser, undefined);
	t.regex(plan.refusals[0]?.message ?? '', /there is no eraser "nvme-sanitise"/);
});

test('the command line asks for a method, and does not get another', t => {
	const auto = recipeOf(['erase', {eraser: 'auto'}]);
	const planned = (overrides: Parameters<typeof planOf>[0]) =>
		planOf({devices: [disk(capable)], ...overrides});
	t.is(planned({recipe: auto}).devices[0]?.eraser?.method, 'clear');
	t.is(planned({recipe: auto, overrides: {method: 'purge'}}).devices[0]?.eraser?.method, 'purge');
	t.is(planned({recipe: purging(), overrides: {method: 'clear'}}).devices[0]?.eraser?.method, 'clear');
	const named = planned({recipe: purging(), overrides: {eraser: 'direct'}});
	t.regex(named.refusals[0]?.message ?? '', /direct is a clear, and a purge is asked for/);
	const useless = planned({recipe: recipeOf(['verify', {coverage: 'full'}]), overrides: {method: 'purge'}});
	t.regex(useless.refusals[0]?.message ?? '', /--method has no meaning here/);
});

test('an eraser that purges some drives is no purge on the others', t => {
	const {ata} = capableAta();
	const {sanitize: _, ...security} = ata ?? t.fail();
	const drive = driveOf({ata: security, hiddenAreas: [{area: 'hpa', bytes: 4096}]});
	const flash = disk(drive);
	const magnetic = {...flash, rotational: true};
	const refused = planOf({recipe: purging(), devices: [flash]});
	t.regex(refused.refusals[0]?.message ?? '', /ata-security-erase: what it does to this drive is a clear/);
	const named = planOf({recipe: purging({eraser: 'ata-security-erase'}), devices: [flash]});
	t.regex(named.refusals[0]?.message ?? '', /ata-security-erase is a clear, and a purge is asked for/);
	const [cleared] = planOf({
		recipe: recipeOf(['erase', {eraser: 'ata-security-erase'}]),
		devices: [flash],
	}).devices;
	t.like(cleared?.eraser, {method: 'clear', technique: 'block-erase'});
	t.regex(cleared?.notCovered.join('; ') ?? '', /spare and retired flash cells.*Host Protected Area/);
	const [purged] = planOf({recipe: purging(), devices: [magnetic]}).devices;
	t.like(purged?.eraser, {name: 'ata-security-erase', method: 'purge', technique: 'overwrite'});
	t.regex(purged?.notCovered.join('; ') ?? '', /^what the maker of the drive does not count as user data/);
	const beside = (facts: typeof flash) => planOf({devices: [facts]}).devices[0]?.purges;
	t.deepEqual(beside(magnetic), [{eraser: 'ata-security-erase', technique: 'overwrite'}]);
	t.is(beside(flash), undefined);
});

test('SATA: sanitize comes before a security erase', t => {
	const [device] = planOf({recipe: purging(), devices: [{...disk(capableAta()), rotational: true}]}).devices;
	t.like(device?.eraser, {name: 'ata-sanitize', technique: 'cryptographic-erase'});
});

test('a plan that clears says what could purge', t => {
	const direct = {overrides: {eraser: 'direct'}};
	t.deepEqual(planOf({...direct, devices: [disk(capable)]}).devices[0]?.purges, [
		{eraser: 'nvme-format', technique: 'cryptographic-erase'},
		{eraser: 'nvme-sanitize', technique: 'cryptographic-erase'},
	]);
	t.is(planOf({...direct, devices: [disk()]}).devices[0]?.purges, undefined);
	t.is(planOf({recipe: purging(), devices: [disk(capable)]}).devices[0]?.purges, undefined);
});

test('a drive that erases itself is read back when it has ended', t => {
	const plan = planOf({recipe: purging(), devices: [disk(capable)]});
	t.false(plan.devices[0]?.overlap?.overlaps);
	t.deepEqual(plan.tools, ['nvme', 'blockdev']);
});
