import test from 'ava';
import {driveLines} from '../../../src/commands/text/drive-lines.ts';
import type {DriveFacts} from '../../../src/devices/drive.ts';
import {ataFacts, driveOf, healthOf, nvmeFacts, securityOf} from '../../_helpers/drive-facts.ts';
import {memoryFacts} from '../../_helpers/plan.ts';

const lines = (changes: Partial<DriveFacts>) =>
	driveLines(memoryFacts({kind: 'disk', drive: driveOf(changes)}));

test('a device without a drive has no lines', t => {
	t.deepEqual(driveLines(memoryFacts()), []);
	t.deepEqual(lines({}), []);
});

test('an NVMe drive: what it can do by itself, what it is, and how it is', t => {
	const nvme = {
		...nvmeFacts,
		sanitize: {...nvmeFacts.sanitize, cryptoErase: true, blockErase: true},
		format: {...nvmeFacts.format, supported: true, cryptoErase: true},
		otherNamespaces: [{id: 2, path: '/dev/nvme0n2'}],
	};
	t.deepEqual(
		lines({nvme, selfEncrypting: true, health: healthOf({percentageUsed: 3, reallocatedSectors: null})}),
		[
			'can by itself: NVMe sanitize (crypto erase), NVMe sanitize (block erase), NVMe format (crypto erase), NVMe format (user data erase)',
			'drive: self-encrypting, 1 other namespaces',
			'health: passed, 30 C, 3 % of its life used, 1000 h on (smartctl)',
		],
	);
});

test('what a format would do counts only where there is one', t => {
	t.deepEqual(lines({nvme: {...nvmeFacts, format: {...nvmeFacts.format, cryptoErase: true}}}), []);
});

test('an ATA disk: frozen, failing, hiding something', t => {
	const found = lines({
		ata: {...ataFacts, security: securityOf({frozen: true, enabled: true})},
		hiddenAreas: [{area: 'hpa', bytes: 1024}],
		health: healthOf({passed: false, reallocatedSectors: 7}),
		unknown: [{what: 'opal', why: 'sedutil-cli is not installed'}],
	});
	t.deepEqual(found, [
		'can by itself: ATA security erase (enhanced), ATA security erase',
		'drive: ATA security frozen, ATA password set',
		'health: FAILING, 30 C, 7 sectors replaced, 1000 h on (smartctl)',
		'hidden: Host Protected Area (HPA): 1 KiB (1024 bytes)',
		'not known: opal: sedutil-cli is not installed',
		'WARNING: the drive reports that it is failing (smartctl); it has replaced 7 sectors: expect write errors',
	]);
});

test('all other kinds', t => {
	const scsi = {
		sanitize: {overwrite: true, blockErase: true, cryptoErase: true, exitFailureMode: true},
		formatUnit: true,
	};
	const mmc = {revision: '5.1', sanitize: true, secureErase: true, secureTrim: true, eraseGroupBytes: 512};
	const luks = {
		version: 2,
		uuid: null,
		keySlots: [0, 3],
		cipher: null,
		keyBits: null,
		dataOffsetBytes: null,
	} as const;
	const opal = {
		ssc: 'opal-2',
		lockingSupported: true,
		lockingEnabled: true,
		locked: false,
		mediaEncryption: true,
		shadowMbr: false,
	} as const;
	const discard = {maxBytes: 1, granularityBytes: 1, secure: true};
	t.deepEqual(lines({scsi, mmc, luks, opal, discard, bridge: {model: null, serial: null, isHonest: true}}), [
		'can by itself: SCSI sanitize (crypto erase), SCSI sanitize (block erase), SCSI sanitize (overwrite), TCG revert, LUKS key slots, eMMC sanitize, eMMC secure erase, secure discard',
		'drive: TCG locking enabled, behind a USB bridge, LUKS2 with 2 key slots in use',
	]);
});
