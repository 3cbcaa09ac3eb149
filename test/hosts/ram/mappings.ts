import test from 'ava';
import {SanitizeError} from '../../../src/errors.ts';
import {closeMappings, mappingsOn} from '../../../src/hosts/ram/mappings.ts';
import {blockTree, disks, madeUp, removeBlock} from '../../_helpers/ram-tree.ts';

const dm = (name: string, number: string, mapping: string, slaves: readonly string[]) =>
	blockTree(name, number, {slaves, attributes: {'dm/name': mapping, 'dm/suspended': '0'}});

const md = (name: string, number: string, slaves: readonly string[]) =>
	blockTree(name, number, {slaves, attributes: {'md/level': 'raid1', 'md/array_state': 'clean'}});

/** LVM on LUKS on md on two partitions, with a partition on md; LVM of another disk. */
const stacked = {
	...disks,
	...md('md127', '9:127', ['sda/sda1', 'sdb']),
	...blockTree('md127/md127p1', '259:0', {attributes: {partition: '1'}}),
	...dm('dm-0', '253:0', 'luks-root', ['md127/md127p1']),
	...dm('dm-1', '253:1', 'vg-root', ['dm-0']),
	...dm('dm-2', '253:2', 'vg-swap', ['dm-0']),
	...dm('dm-3', '253:3', 'data', ['sdb']),
};

const numbers: Readonly<Record<string, readonly [string, string]>> = {
	'luks-root': ['dm-0', '253:0'],
	'vg-root': ['dm-1', '253:1'],
	'vg-swap': ['dm-2', '253:2'],
	'/dev/md127': ['md127', '9:127'],
};

const kernel = (command: string, root: string): void => {
	const gone = numbers[command.split(' ').at(-1) ?? ''];
	if (gone) {
		removeBlock(root, ...gone);
	}
};

test('mappings are closed top first, through partitions of an array; others are left alone', async t => {
	const {freeing, commands, lines} = await madeUp(t, stacked, kernel);
	t.deepEqual(await closeMappings(freeing), []);
	t.deepEqual(commands.slice(0, 2).sort(), [
		'dmsetup remove --noudevsync vg-root',
		'dmsetup remove --noudevsync vg-swap',
	]);
	t.deepEqual(commands.slice(2), ['dmsetup remove --noudevsync luks-root', 'mdadm --stop /dev/md127']);
	t.deepEqual(lines.slice(2), ['closed luks-root (/dev/dm-0)', 'closed /dev/md127']);
});

test('a mapping that is busy at first is closed in a later round', async t => {
	let attempts = 0;
	const {freeing, commands} = await madeUp(t, stacked, (command, root) => {
		if (command.endsWith('vg-root') && ++attempts === 1) {
			throw new SanitizeError('TOOL_FAILED', 'dmsetup failed with exit code 1: Device or resource busy');
		}

		// As long as something stands on them.
		if (/luks-root$|md127$/.test(command) && attempts === 1) {
			throw new SanitizeError('TOOL_FAILED', 'dmsetup failed with exit code 1: Device or resource busy');
		}

		kernel(command, root);
	});
	t.deepEqual(await closeMappings(freeing), []);
	t.is(commands.filter(command => command.endsWith('vg-root')).length, 2);
	t.is(commands.at(-1), 'mdadm --stop /dev/md127');
});

test('what cannot be closed is left, with the reason', async t => {
	const tree = {
		...disks,
		...dm('dm-0', '253:0', 'luks-root', ['sda/sda1']),
		...blockTree('bcache0', '252:0', {slaves: ['sda/sda2']}),
	};
	const {freeing} = await madeUp(t, tree, () => {
		throw new SanitizeError('TOOL_MISSING', 'looking for dmsetup: it is not installed');
	});
	const left = await closeMappings(freeing);
	t.deepEqual(
		[...left].sort((a, b) => (a.what < b.what ? -1 : 1)),
		[
			{
				what: '/dev/bcache0',
				reason: 'it stands on the disk, and there is no tool here that closes it',
			},
			{what: 'luks-root (/dev/dm-0)', reason: 'looking for dmsetup: it is not installed'},
		],
	);
});

test('a tool that says all is well, and nothing has changed, does not go on for ever', async t => {
	const {freeing, commands} = await madeUp(t, {...disks, ...md('md0', '9:0', ['sda/sda1'])});
	t.deepEqual(await closeMappings(freeing), [{what: 'what was removed', reason: 'it came back each time'}]);
	t.true(commands.length <= 200);
});

test('a mapping that is itself the disk is not closed', async t => {
	const {freeing} = await madeUp(t, stacked);
	const on = await mappingsOn({...freeing, deviceNumbers: ['253:0']});
	t.deepEqual(on.map(({name}) => name).sort(), ['vg-root', 'vg-swap']);
});
