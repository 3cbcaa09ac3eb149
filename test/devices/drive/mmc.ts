import test from 'ava';
import {parseExtCsd, readMmc} from '../../../src/devices/drive/mmc.ts';
import {askingWith, capture, testReader} from '../../_helpers/drive.ts';
import {fakeTools, temporaryDirectory} from '../../_helpers/fake-tools.ts';
import {writeTree} from '../../_helpers/surroundings.ts';

const nowhere = {name: 'mmcblk0', root: '/nonexistent'};

testReader('mmc', {tools: ['mmc'], what: 'mmc', read: async asking => readMmc(asking, nowhere)});

const MiB = 1024 ** 2;

test('an eMMC: secure commands, partitions beside the user area, and that it is worn out', async t => {
	const stdout = await capture('mmc-0+git20220624-extcsd-worn');
	t.deepEqual(await readMmc(await askingWith(t, {mmc: [{stdout}]}), nowhere), {
		mmc: {
			revision: '5.1',
			sanitize: true,
			secureErase: true,
			secureTrim: true,
			eraseGroupBytes: 8 * MiB,
		},
		hiddenAreas: [
			{area: 'boot', bytes: 8 * MiB},
			{area: 'rpmb', bytes: 4 * MiB},
			{area: 'general-purpose', bytes: 16 * MiB},
		],
		health: {
			passed: false,
			temperatureCelsius: null,
			reallocatedSectors: null,
			percentageUsed: 110,
			powerOnHours: null,
			source: 'mmc',
		},
	});
});

test('an older one that can do none of it', async t => {
	const {mmc, health, hiddenAreas} = parseExtCsd(await capture('mmc-0+git20220624-extcsd-old'));
	t.like(mmc, {revision: '4.41', sanitize: false, secureErase: false, secureTrim: false});
	t.is(health, undefined);
	t.deepEqual(
		hiddenAreas.map(({area}) => area),
		['boot', 'rpmb'],
	);
});

test('how much of the spare blocks is left', async t => {
	const text = await capture('mmc-0+git20220624-extcsd-worn');
	const worn = (preEol: string) =>
		parseExtCsd(
			text.replace('TYP_A]: 0x0b', 'TYP_A]: 0x01').replace('EOL_INFO]: 0x02', `EOL_INFO]: ${preEol}`),
		);
	t.like(worn('0x02').health, {passed: true, percentageUsed: 20});
	t.like(worn('0x03').health, {passed: false, percentageUsed: 20});
});

test('a memory card has no such register and is not asked', async t => {
	const root = await temporaryDirectory(t);
	await writeTree(root, {'sys/block/mmcblk0/device/type': 'SD\n'});
	const {tools, calls} = await fakeTools(t, {mmc: [{}]});
	const asking = {tools, node: '/dev/mmcblk0', timeoutMs: 20_000};
	t.deepEqual(await readMmc(asking, {name: 'mmcblk0', root}), {});
	t.deepEqual(await calls('mmc'), []);
});

test('a card that is asked all the same', async t => {
	const stderr = await capture('mmc-0+git20220624-extcsd-sd-card-stderr');
	const {unknown} = await readMmc(await askingWith(t, {mmc: [{stderr, exitCode: 1}]}), nowhere);
	t.regex(unknown?.[0]?.why ?? '', /Could not read EXT_CSD/);
});
