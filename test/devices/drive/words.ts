import test from 'ava';
import {driveWarnings, hiddenFrom, sanitizeStatusOf} from '../../../src/devices/drive/words.ts';
import type {DriveFacts} from '../../../src/devices/drive.ts';
import {notCoveredByOverwrite} from '../../../src/devices/media.ts';
import {ataFacts, driveOf, healthOf, nvmeFacts, securityOf} from '../../_helpers/drive-facts.ts';
import {memoryFacts} from '../../_helpers/plan.ts';

const disk = (drive?: DriveFacts) => memoryFacts({kind: 'disk', ...(drive && {drive})});

test('a drive that was not looked at may hide something', t => {
	t.deepEqual(hiddenFrom(disk()), ['hidden areas (HPA, DCO, AMA): they were not looked for']);
	// Such as one behind a virtual machine.
	t.deepEqual(hiddenFrom(disk(driveOf())), ['hidden areas (HPA, DCO, AMA): they were not looked for']);
});

test('a drive that hides nothing needs no words', t => {
	t.deepEqual(hiddenFrom(disk(driveOf({ata: ataFacts}))), []);
	t.deepEqual(hiddenFrom(disk(driveOf({nvme: nvmeFacts}))), []);
});

test('hidden areas have sizes', t => {
	const drive = driveOf({
		ata: ataFacts,
		hiddenAreas: [
			{area: 'hpa', bytes: 1024 ** 3},
			{area: 'dco', bytes: 512},
		],
	});
	t.deepEqual(hiddenFrom(disk(drive)), [
		'Host Protected Area (HPA): 1 GiB (1073741824 bytes)',
		'area that the Device Configuration Overlay (DCO) hides: 512 B (512 bytes)',
	]);
});

test('what could not be learnt is said', t => {
	const unknown = [
		{what: 'dco', why: 'hdparm: it is frozen'},
		{what: 'health', why: 'smartctl is not installed'},
	] as const;
	t.deepEqual(hiddenFrom(disk(driveOf({ata: ataFacts, unknown}))), [
		'hidden areas: whether there are any is not known (DCO: hdparm: it is frozen)',
	]);
	t.deepEqual(
		hiddenFrom(
			disk(
				driveOf({
					unknown: [{what: 'ata', why: 'hdparm is not installed (install it: apt-get install hdparm)'}],
				}),
			),
		),
		['hidden areas: whether there are any is not known (hdparm is not installed)'],
	);
});

test('other namespaces of the drive are not covered', t => {
	const otherNamespaces = [
		{id: 2, path: '/dev/nvme0n2'},
		{id: 7, path: null},
	];
	t.deepEqual(hiddenFrom(disk(driveOf({nvme: {...nvmeFacts, otherNamespaces}}))), [
		'other namespaces of the same drive: /dev/nvme0n2, namespace 7, which is not attached',
	]);
});

test('what an overwrite does not reach names the sectors that were replaced', t => {
	const drive = driveOf({ata: ataFacts, health: healthOf({reallocatedSectors: 1975})});
	t.deepEqual(notCoveredByOverwrite(memoryFacts({kind: 'disk', rotational: true, drive})), [
		'sectors that the drive has remapped: 1975 so far',
	]);
	t.is(notCoveredByOverwrite(memoryFacts({kind: 'disk', rotational: false, drive})).length, 2);
});

const noSanitize = () => ({cryptoScramble: true, blockErase: false, overwrite: false, antifreezeLock: false});

const noScsi = () => ({overwrite: false, blockErase: false, cryptoErase: false, exitFailureMode: false});

const warnings: Readonly<Record<string, readonly [Partial<DriveFacts>, RegExp]>> = {
	'a failing drive': [
		{health: healthOf({passed: false, reallocatedSectors: 1975})},
		/^the drive reports that it is failing \(smartctl\); it has replaced 1975 sectors: /,
	],
	'a worn drive': [{health: healthOf({percentageUsed: 103})}, /worn out: 103 %/],
	'a bridge that lies': [
		{bridge: {model: 'M', serial: 'S2', isHonest: false}},
		/^the USB bridge says serial SERIAL1, the drive behind it S2 \(M\)/,
	],
	'a sanitize that goes on': [
		{ata: {...ataFacts, sanitize: {...noSanitize(), status: {state: 'running', progress: 0.505}}}},
		/^the drive is sanitizing itself \(50 %\)/,
	],
	'a sanitize that failed': [
		{scsi: {sanitize: {...noScsi(), cryptoErase: true}, formatUnit: true, sanitizeStatus: {state: 'failed'}}},
		/^the last sanitize operation of the drive failed/,
	],
	'a locked drive': [{ata: {...ataFacts, security: securityOf({locked: true})}}, /ATA password/],
	'a write protected namespace': [{nvme: {...nvmeFacts, writeProtected: true}}, /write protected/],
};

for (const [title, [changes, expected]] of Object.entries(warnings)) {
	test(`the operator is warned of ${title}`, t => {
		const found = driveWarnings(disk(driveOf(changes)));
		t.is(found.length, 1);
		t.regex(found[0] ?? '', expected);
	});
}

test('TCG: locked, and a start disk in place of the media', t => {
	const opal = {ssc: 'opal-2', lockingSupported: true, lockingEnabled: true, mediaEncryption: true} as const;
	t.is(driveWarnings(disk(driveOf({opal: {...opal, locked: true, shadowMbr: true}}))).length, 2);
});

test('an operation of the drive itself is found on every bus', t => {
	const status = {state: 'running'} as const;
	t.is(sanitizeStatusOf(driveOf()), undefined);
	t.is(sanitizeStatusOf(driveOf({ata: {...ataFacts, sanitize: {...noSanitize(), status}}})), status);
	t.is(
		sanitizeStatusOf(driveOf({scsi: {sanitize: noScsi(), formatUnit: true, sanitizeStatus: status}})),
		status,
	);
});

test('nothing is wrong', t => {
	t.deepEqual(driveWarnings(disk()), []);
	const drive = driveOf({
		ata: ataFacts,
		health: healthOf({}),
		bridge: {model: 'M', serial: 'S', isHonest: true},
	});
	t.deepEqual(driveWarnings(disk(drive)), []);
});
