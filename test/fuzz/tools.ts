import {readdirSync, readFileSync} from 'node:fs';
import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import {listBackings} from '../../src/devices/facts/backing.ts';
import {readContents} from '../../src/devices/facts/contents.ts';
import {readGeometry} from '../../src/devices/facts/geometry.ts';
import {flatten} from '../../src/devices/facts/holders.ts';
import {type BlockNode, parseLsblk} from '../../src/devices/facts/lsblk.ts';
import {mountHolding, readMounts} from '../../src/devices/facts/mounts.ts';
import {activeSwaps} from '../../src/devices/facts/swaps.ts';
import {attachedLoops, diskSequenceOf, serialOf} from '../../src/devices/facts/sysfs.ts';
import {disksBehind} from '../../src/devices/facts/system-disk.ts';
import {createDdReader} from '../../src/erasers/dd/report.ts';
import {findConsoles} from '../../src/hosts/consoles.ts';
import {snapshotNetwork} from '../../src/hosts/network/snapshot.ts';
import {temporaryDirectory} from '../_helpers/fake-tools.ts';
import {fuzz, requirePlain} from '../_helpers/fuzz.ts';
import {mutated, mutatedValue} from '../_helpers/mutations.ts';
import {answering, writeTree} from '../_helpers/surroundings.ts';

const outputs = (name: string, ending: string): readonly string[] => {
	const directory = path.join(import.meta.dirname, '../../fixtures/output', name);
	return readdirSync(directory)
		.filter(file => file.endsWith(ending))
		.map(file => readFileSync(path.join(directory, file), 'utf8'));
};

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

const dd = outputs('dd', '.txt');

test.serial(
	'1,500 words of dd, cut anywhere: the same report, no count that goes back, none that cannot be',
	async t => {
		const input = fc.record({
			text: mutated(...dd).map(textOf),
			cuts: fc.array(fc.nat({max: 400}), {maxLength: 6}),
		});
		const use = ({text, cuts}: {readonly text: string; readonly cuts: readonly number[]}) => {
			const whole = createDdReader();
			whole.push(text);
			const reader = createDdReader();
			let before = 0;
			const places = [0, ...cuts.toSorted((a, b) => a - b), text.length];
			for (const [index, place] of places.slice(1).entries()) {
				const bytes = reader.push(text.slice(places[index], place));
				t.true(Number.isSafeInteger(bytes) && bytes >= before);
				before = bytes;
			}

			const report = reader.report();
			t.deepEqual(report, whole.report());
			t.true(report.messages.length <= 65 && report.messages.every(line => line.length <= 4096));
			t.true(report.finalBytes === undefined || report.finalBytes <= report.bytes);
		};
		await fuzz(t, {input, runs: 1500, use, codes: []});
	},
);

const requireClean = (nodes: readonly BlockNode[]): void => {
	for (const node of nodes.flatMap(flatten)) {
		const {vendor, model, serial, label, totalBytes} = node;
		requirePlain([vendor, model, serial, label].join(' '));
		if (!Number.isSafeInteger(totalBytes) || totalBytes < 0) {
			throw new Error(`a size of ${totalBytes}`);
		}
	}
};

const lsblk = outputs('lsblk', '.json');

test.serial('1,000 answers of lsblk with changed bytes', async t => {
	const use = (bytes: Uint8Array) => requireClean(parseLsblk(textOf(bytes)));
	await fuzz(t, {input: mutated(...lsblk), runs: 1000, use, codes: ['TOOL_FAILED']});
});

test.serial('1,000 answers of lsblk with changed values, and deep ones', async t => {
	const deep = (levels: number) =>
		`{"blockdevices":[${'{"name":"a","maj:min":"1:1","children":['.repeat(levels)}${']}'.repeat(levels)}]}`;
	const input = mutatedValue<unknown>(...lsblk.map(text => JSON.parse(text))).map(value =>
		JSON.stringify(value),
	);
	const use = (text: string) => requireClean(parseLsblk(text));
	const examples = [deep(20), deep(100), deep(100_000), '['.repeat(10_000_000), 'null', '{}', '[]', ''];
	await fuzz(t, {input, runs: 1000, use, codes: ['TOOL_FAILED'], examples});
});

test.serial('600 answers of blockdev, blkid and losetup', async t => {
	const [first] = parseLsblk(lsblk[0] ?? '');
	const node = {...(first as BlockNode), partitionTable: null, fileSystem: null};
	const answers = [
		'1073741824\n512\n4096\n0\n',
		'DEVNAME=/dev/sda\nLABEL=boot\nTYPE=ext4\nPTTYPE=gpt\n',
		'{"loopdevices": [{"name":"/dev/loop0","back-ino":12,"back-maj:min":"  8:1"}]}',
	];
	const use = async (bytes: Uint8Array) => {
		const answer = textOf(bytes);
		const tools = answering({blockdev: answer, blkid: answer, losetup: answer});
		const {label, fileSystem} = await readContents(node, tools);
		requirePlain(`${label} ${fileSystem}`);
		t.true((await listBackings(tools)).every(backing => typeof backing.node === 'string'));
		const {totalBytes} = await readGeometry('/dev/sda', tools);
		t.true(Number.isSafeInteger(totalBytes));
	};
	await fuzz(t, {input: mutated(...answers), runs: 600, use, codes: ['TOOL_FAILED', 'DEVICE_MISSING']});
});

const links = [
	{
		ifname: 'eth0',
		flags: ['BROADCAST', 'UP', 'LOWER_UP'],
		addr_info: [
			{family: 'inet', local: '192.0.2.2', prefixlen: 24, broadcast: '192.0.2.255', scope: 'global'},
		],
	},
];

const routes = [
	{
		dst: 'default',
		gateway: '192.0.2.1',
		dev: 'eth0',
		flags: [],
		metric: 100,
		protocol: 'dhcp',
		prefsrc: '192.0.2.2',
	},
	{dst: '198.51.100.0/24', nexthops: [{gateway: '192.0.2.3', dev: 'eth0', flags: ['onlink']}], flags: []},
];

test.serial('600 answers of ip', async t => {
	const input = fc.record({
		address: fc.oneof(
			mutatedValue(links).map(value => JSON.stringify(value)),
			mutated(JSON.stringify(links)).map(textOf),
		),
		route: mutatedValue(routes).map(value => JSON.stringify(value)),
	});
	const use = async ({
		address,
		route,
	}: {
		readonly address: string | undefined;
		readonly route: string | undefined;
	}) => {
		const tools = answering({ip: args => (args.includes('address') ? address : route) ?? ''});
		const {interfaces} = await snapshotNetwork(tools);
		t.true(interfaces.every(({name}) => typeof name === 'string'));
	};
	await fuzz(t, {input, runs: 600, use, codes: ['TOOL_FAILED']});
});

const files = {
	'proc/self/mountinfo': [
		'21 28 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n',
		'36 21 0:31 / /mnt\\040a rw - overlay overlay rw,lowerdir=/a:/b,upperdir=/c\n',
		'37 21 0:32 / /data rw - btrfs /dev/sda2 rw,space_cache\n',
	].join(''),
	'proc/swaps':
		'Filename\tType\tSize\tUsed\tPriority\n/dev/sda3 partition 1 0 -2\n/swap\\040file file 1 0 -3\n',
	'sys/class/tty/console/active': 'tty0 ttyS0\n',
	'sys/block/loop0/loop/backing_file': '/srv/disk.img\n',
	'sys/dev/block/8:1/device/vpd_pg80': '\u0000\u0080\u0000\u0008SERIAL12',
	'sys/dev/block/8:1/diskseq': '12\n',
	'sys/dev/block/8:1/loop/backing_file': '/srv/disk.img\n',
} as const;

for (const [name, text] of Object.entries(files)) {
	test.serial(`200 texts of /${name}`, async t => {
		const root = await temporaryDirectory(t);
		await writeTree(root, files);
		const use = async (bytes: Uint8Array) => {
			await writeFile(path.join(root, name), bytes);
			const mounts = await readMounts(root);
			mountHolding(mounts, '/mnt a/b');
			t.true((await activeSwaps(root)).every(swap => swap !== ''));
			await findConsoles(root);
			await attachedLoops(root);
			await serialOf('8:1', root);
			await diskSequenceOf('8:1', root);
			await disksBehind('/srv/disk.img', root);
		};
		await fuzz(t, {input: mutated(text), runs: 200, use, codes: ['UNSUPPORTED']});
	});
}
