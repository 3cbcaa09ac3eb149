import test from 'ava';
import {type Disk, qemuArguments} from '../machine/qemu-arguments.ts';

const driveOf = (disk: Disk): readonly string[] => {
	const all = qemuArguments({directory: '/d', kernel: 'k', initrd: 'i', append: 'a', disks: [disk]});
	const at = all.indexOf('-drive');
	return [all[at + 1] ?? '', all[at + 3] ?? ''];
};

const disk: Disk = {file: '/f', kind: 'scsi', serial: 'S'};

test('a disk is a raw image, as fast as it can be', t => {
	t.deepEqual(driveOf(disk), [
		'if=none,id=disk0,format=raw,cache=unsafe,file=/f,readonly=off',
		'scsi-hd,drive=disk0,serial=S',
	]);
});

test('each bad sector is a rule of blkdebug', t => {
	const rule = (index: number, sector: number): string =>
		Object.entries({event: 'none', iotype: 'write', errno: 5, sector, once: 'off', immediately: 'off'})
			.map(([key, value]) => `file.inject-error.${index}.${key}=${value}`)
			.join(',');
	const [drive, device] = driveOf({...disk, unwritableSectors: [0, 65_543], onWriteError: 'report'});
	t.is(
		drive,
		`if=none,id=disk0,format=raw,cache=unsafe,file.driver=blkdebug,file.image.driver=file,file.image.filename=/f,${rule(0, 0)},${rule(1, 65_543)},readonly=off`,
	);
	t.is(device, 'scsi-hd,drive=disk0,serial=S,werror=report,rerror=report');
});

test('a volatile disk flushes only when it is told to, and may be slow', t => {
	t.is(
		driveOf({...disk, isVolatile: true, writtenBytesPerSecond: 5})[0],
		'if=none,id=disk0,format=qcow2,cache=writeback,file=/f,readonly=off,throttling.bps-write=5',
	);
});

test('an NVMe drive of several namespaces', t => {
	const drive: Disk = {...disk, kind: 'nvme', otherNamespaces: ['/g']};
	const all = qemuArguments({directory: '/d', kernel: 'k', initrd: 'i', append: 'a', disks: [drive]});
	const at = all.indexOf('nvme,id=nvme0,serial=S');
	t.deepEqual(all.slice(at + 1, at + 9), [
		...[
			'-drive',
			'if=none,id=disk0n1,format=raw,cache=unsafe,file=/f',
			'-device',
			'nvme-ns,bus=nvme0,drive=disk0n1',
		],
		...[
			'-drive',
			'if=none,id=disk0n2,format=raw,cache=unsafe,file=/g',
			'-device',
			'nvme-ns,bus=nvme0,drive=disk0n2',
		],
	]);
});
