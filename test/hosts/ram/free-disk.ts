import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {toolsToFree} from '../../../src/hosts/ram/free-disk.ts';
import {run} from '../../_helpers/executable.ts';
import {temporaryDirectory} from '../../_helpers/fake-tools.ts';
import {attachLoop, isRoot, randomFile} from '../../_helpers/loop.ts';
import type {RamOrder, RamReport} from '../../_helpers/ram-child.ts';

const asRoot = isRoot ? test.serial : test.serial.skip;

const bytes = 64 * 1024 ** 2;

/** Runs in `unshare --mount` on a loop device of random bytes. */
const freeing = async (
	t: ExecutionContext,
	setup: string,
	remedy?: string,
): Promise<RamReport & {readonly place: string; readonly disk: string}> => {
	const place = await temporaryDirectory(t);
	await using image = await randomFile(bytes);
	await using device = await attachLoop(image.path);
	const order: RamOrder = {disk: device.path, place, setup, ...(remedy !== undefined && {remedy})};
	const child = path.join(import.meta.dirname, '../../_helpers/ram-child.ts');
	const output = await run('unshare', ['--mount', process.execPath, child, JSON.stringify(order)]);
	return {...(JSON.parse(output) as RamReport), place, disk: device.path};
};

const mountOld = `
	[ -b "$disk" ]
	mkfs.ext4 -q "$disk"
	mkdir -p "$place/old" "$place/elsewhere" "$place/overlay"
	mount "$disk" "$place/old"
	cd "$place/old"`;

const mountInner = `
	truncate -s 16M "inner image"
	mkfs.ext4 -q "inner image"
	mkdir "in ner"
	for attempt in $(seq 20); do inner=$(losetup --find --show "inner image") && break; sleep 0.1; done
	mount "$inner" "in ner"`;

asRoot('a tree of mounts, a loop device on a file in it and swap are all gone in the end', async t => {
	const {error, lines, mounts, swaps, place, disk, loops} = await freeing(
		t,
		`${mountOld}
		mkdir run proc a b up work
		mount -t tmpfs tmpfs run
		mkdir run/user
		mount -t tmpfs tmpfs run/user
		mount -t proc proc proc
		mount --bind a b
		mount -t tmpfs tmpfs b
		mount --bind a "$place/elsewhere"
		mount -t overlay -o lowerdir="$place/old/a",upperdir="$place/old/up",workdir="$place/old/work" overlay "$place/overlay"
		dd if=/dev/zero of="swap file" bs=1M count=4 status=none
		chmod 600 "swap file"
		mkswap -q "swap file"
		swapon "swap file"
		${mountInner}`,
	);
	t.is(error, null);
	t.deepEqual(mounts, []);
	t.deepEqual(swaps, []);
	t.deepEqual(loops, []);
	const at = (start: string) => lines.findIndex(line => line.startsWith(start));
	const old = path.join(place, 'old');
	t.is(at(`swap on ${old}/swap file is off`), 0);
	const order = [
		at(`unmounted ${old}/run/user (tmpfs of tmpfs)`),
		at(`unmounted ${old}/run (`),
		at('detached /dev/loop'),
		at(`unmounted ${old} (ext4 of ${disk})`),
		at(`nothing uses ${disk} any more`),
	];
	t.deepEqual(
		order,
		[...order].sort((a, b) => a - b),
	);
	t.true(
		order.every(index => index > 0),
		lines.join('\n'),
	);
	for (const mount of ['b (tmpfs', 'b (ext4', 'in ner (ext4', 'proc (proc']) {
		t.true(at(`unmounted ${old}/${mount}`) > 0, mount);
	}

	t.true(at(`unmounted ${place}/elsewhere`) > 0);
	t.true(at(`unmounted ${place}/overlay (overlay of overlay)`) > 0);
	t.is(lines.at(-1), `nothing uses ${disk} any more`);
});

asRoot('a mount that another one hides is unmounted once it is seen', async t => {
	const {error, mounts} = await freeing(
		t,
		`${mountOld}
		mkdir -p a/b
		mount -t tmpfs below a/b
		mount -t tmpfs above a`,
	);
	t.is(error, null);
	t.deepEqual(mounts, []);
});

asRoot('swap on the disk itself is turned off', async t => {
	const {error, lines, disk} = await freeing(t, '[ -b "$disk" ]; mkswap -q "$disk"; swapon "$disk"');
	t.is(error, null);
	t.deepEqual(lines, [`swap on ${disk} is off`, `nothing uses ${disk} any more`]);
});

asRoot('a disk that nothing uses is free at once', async t => {
	const {error, lines, disk} = await freeing(t, 'true');
	t.is(error, null);
	t.deepEqual(lines, [`nothing uses ${disk} any more`]);
});

const holders = [
	['has a file open', 'exec 3>file; cd /; sleep 1000 & exec 3>&-', 'sleep'],
	['works in a directory', 'sleep 1000 & cd /', 'sleep'],
	['has a program mapped', 'cp "$(command -v sleep)" mine; cd /; "$place/old/deep/mine" 1000 &', 'mine'],
] as const;

for (const [how, script, name] of holders) {
	asRoot(`a process that ${how} is named; once it has ended the disk is free`, async t => {
		const {error, secondError, pid, place, mounts} = await freeing(
			t,
			`${mountOld}
			mkdir deep
			mount -t tmpfs tmpfs deep
			cd deep
			${script}
			echo $! > "$place/pid"
			sleep 0.3`,
			`kill "$(cat "$place/pid")"; sleep 0.2`,
		);
		t.is(error?.code, 'DISK_NOT_FREED');
		t.is(error?.exitCode, 3);
		t.regex(
			error?.message ?? '',
			new RegExp(`old/deep \\(tmpfs of tmpfs\\): in use by process ${pid} \\(${name}\\)`),
		);
		t.regex(error?.message ?? '', new RegExp(`old \\(ext4 of .*\\): ${place}/old/deep is still mounted`));
		t.is(secondError, null);
		t.deepEqual(mounts, []);
	});
}

asRoot('a file system that lives on in another namespace is not taken for gone', async t => {
	const {error, secondError, disk} = await freeing(
		t,
		`${mountOld}
		cd /
		unshare --mount sleep 1000 &
		echo $! > "$place/pid"
		sleep 0.3`,
		`kill "$(cat "$place/pid")"; sleep 0.3`,
	);
	t.is(error?.message, `freeing ${disk}: it is still in use: ${disk}: the kernel has it in use`);
	t.is(secondError, null);
});

test('what has to be taken along follows from what holds the disk', t => {
	const always = ['umount', 'swapoff', 'losetup'];
	const holding = (kind: 'lvm' | 'crypt' | 'mpath' | 'raid' | 'other' | 'swap' | 'loop', name: string) =>
		toolsToFree({holders: [{kind, name}]});
	t.deepEqual(toolsToFree({holders: []}), always);
	t.deepEqual(holding('swap', '/dev/sda2'), always);
	t.deepEqual(holding('loop', '/dev/loop0'), always);
	t.deepEqual(holding('lvm', '/dev/mapper/vg-root'), [...always, 'dmsetup']);
	t.deepEqual(holding('crypt', '/dev/mapper/luks'), [...always, 'dmsetup']);
	t.deepEqual(holding('mpath', '/dev/mapper/mpatha'), [...always, 'dmsetup']);
	t.deepEqual(holding('raid', '/dev/md127'), [...always, 'mdadm']);
	t.deepEqual(holding('raid', '/dev/md/root'), [...always, 'mdadm']);
	t.deepEqual(holding('raid', '/dev/mapper/isw_volume'), [...always, 'dmsetup']);
	t.deepEqual(holding('other', '/dev/dm-3'), [...always, 'dmsetup']);
	t.deepEqual(holding('other', '/dev/md0'), [...always, 'mdadm']);
});
