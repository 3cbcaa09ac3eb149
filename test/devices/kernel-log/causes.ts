import test from 'ava';
import {type Evidence, weigh} from '../../../src/devices/kernel-log/causes.ts';
import {createMatcher, parseRecord} from '../../../src/devices/kernel-log/records.ts';

const names = {
	disks: ['sda', 'nvme0n1', 'mmcblk0', 'dm-3', 'loop7'],
	numbers: ['8:0', '259:0', '253:3'],
	parents: ['ata1', 'host0', '0:0:0:0', 'nvme0', 'mmc0', '0000:00:1f.2'],
	usbPorts: ['1-1'],
	directories: [],
};

const isAbout = createMatcher(names);

const weighAll = (...texts: readonly string[]): Evidence | null => {
	let evidence: Evidence | null = null;
	for (const text of texts) {
		evidence = weigh(evidence, {text, device: null}, isAbout);
	}

	return evidence;
};

/** As kernels have written them. */
const samples: ReadonlyArray<readonly [text: string, what: RegExp | null]> = [
	[
		'ata1: hard resetting link',
		/^the bus, link or controller was reset: ata1: hard resetting link \(kernel log\)$/,
	],
	['ata1.00: exception Emask 0x50 SAct 0x0 SErr 0x4090800 action 0xe frozen', /reset/],
	['ata1: SATA link down (SStatus 0 SControl 300)', /lost/],
	['ata1.00: qc timeout after 5000 msecs (cmd 0xec)', /in time/],
	['ata1.00: failed command: WRITE FPDMA QUEUED', /errors/],
	['ata10: hard resetting link', null],
	['ata1.00: configured for UDMA/133', null],
	['sd 0:0:0:0: Device offlined - not ready after error recovery', /lost/],
	['sd 0:0:0:0: rejecting I/O to offline device', /lost/],
	['sd 0:0:0:0: [sda] Write Protect is on', /read-only/],
	['sd 10:0:0:0: rejecting I/O to offline device', null],
	['usb 1-1: reset high-speed USB device number 2 using xhci_hcd', /reset/],
	['usb 1-1: USB disconnect, device number 2', /lost/],
	['usb 1-1.2: USB disconnect, device number 5', null],
	['usb 11-1: USB disconnect, device number 5', null],
	[
		'nvme nvme0: I/O tag 641 (c281) opcode 0x1 (I/O Cmd) QID 8 timeout, aborting req_op:WRITE(1) size:4096',
		/in time/,
	],
	['nvme nvme0: I/O tag 641 (c281) opcode 0x1 (I/O Cmd) QID 8 timeout, reset controller', /reset/],
	['nvme nvme0: controller is down; will reset: CSTS=0x3, PCI_STATUS=0x10', /reset/],
	['nvme nvme1: controller is down; will reset: CSTS=0x3, PCI_STATUS=0x10', null],
	['nvme nvme0: Disabling device after reset failure: -19', /lost/],
	['I/O error, dev sda, sector 2048 op 0x1:(WRITE) flags 0x800 phys_seg 1 prio class 2', /errors/],
	['blk_update_request: critical medium error, dev sda, sector 2048', /errors/],
	['Buffer I/O error on dev sda1, logical block 3, lost async page write', /errors/],
	['I/O error, dev loop7p1, sector 0', /errors/],
	['I/O error, dev loop71, sector 0', null],
	['I/O error, dev sdab, sector 2048 op 0x1:(WRITE)', null],
	['mmc0: Timeout waiting for hardware interrupt.', /in time/],
	['device-mapper: thin: 253:3: switching pool to out-of-data-space (queue IO) mode', /full/],
	[
		'CPU0: Core temperature is above threshold, cpu clock is throttled (total events = 1)',
		/machine is too hot/,
	],
	['INFO: task dd:1234 blocked for more than 120 seconds.', /process waits/],
	['EXT4-fs (sda1): mounted filesystem r/w', null],
	['IPv6: ADDRCONF(NETDEV_CHANGE): eth0: link becomes ready', null],
];

for (const [text, what] of samples) {
	test(`"${text}" is ${what === null ? 'no cause' : what.source}`, t => {
		const evidence = weighAll(text);
		if (what === null) {
			t.is(evidence, null);
		} else {
			t.regex(evidence?.words ?? '', what);
		}
	});
}

test('the strongest is kept, and of that the latest', t => {
	const reset = 'ata1: hard resetting link';
	const gone = 'ata1.00: disable device';
	t.regex(
		weighAll('INFO: task dd:1 blocked for more than 120 seconds.', reset)?.words ?? '',
		/hard resetting/,
	);
	t.regex(weighAll(gone, reset)?.words ?? '', /disable device/);
	t.regex(weighAll(reset, 'ata1: soft resetting link')?.words ?? '', /soft resetting/);
});

test('a record is cut into what it says and what it is about', t => {
	const record = '3,1234,5678901,-;rejecting I/O to offline device\n SUBSYSTEM=scsi\n DEVICE=+scsi:0:0:0:0\n';
	t.deepEqual(parseRecord(record), {text: 'rejecting I/O to offline device', device: '+scsi:0:0:0:0'});
	t.deepEqual(parseRecord('6,1,2,-;plain'), {text: 'plain', device: null});
	t.is(parseRecord('nonsense'), null);
});

test('a record without a name in its words is known by its device', t => {
	for (const device of ['+scsi:0:0:0:0', 'b8:0', '+usb:1-1', '+pci:0000:00:1f.2']) {
		t.true(isAbout({text: 'reset', device}), device);
	}

	for (const device of ['+scsi:1:0:0:0', 'b8:16', '+usb:1-12', 'c8:0']) {
		t.false(isAbout({text: 'reset', device}), device);
	}
});

test('nothing in a message acts on a terminal, and its length is bounded', t => {
	const {words} = weighAll(`ata1: hard resetting link \u001b[2J${'x'.repeat(9000)}`) ?? {words: ''};
	t.false(words.includes('\u001b'));
	t.true(words.length < 250);
});
