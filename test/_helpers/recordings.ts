/*
Event streams for the views' tests, told with typed events. `node test/_helpers/recordings.ts` writes them to fixtures/events/.
*/
import {mkdirSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import type {DeviceFacts} from '../../src/devices/device.ts';
import {type DeviceResult, type EventBody, RunEvents} from '../../src/events.ts';
import type {Plan, PlannedStep} from '../../src/plan.ts';
import type {Verification} from '../../src/verification/verification.ts';
import {deviceFacts} from './verify-device.ts';

const gibibyte = 1024 ** 3;
const nobody = {name: null, title: null, date: null, location: null, contact: null};
const noRanges = {listed: [], count: 0, bytes: 0};

export const sda: DeviceFacts = deviceFacts({
	target: '/dev/sda',
	path: '/dev/sda',
	manufacturer: 'ATA',
	model: 'INTEL SSDSC2BB24',
	serial: 'PHWL4321008Q240AGN',
	totalBytes: 29_313_024_000,
	transport: 'sata',
	contents: {partitionTable: 'gpt', fileSystem: null, label: null},
	partitions: [
		{path: '/dev/sda1', totalBytes: gibibyte, fileSystem: 'vfat', label: 'EFI'},
		{path: '/dev/sda2', totalBytes: 26 * gibibyte, fileSystem: 'crypto_LUKS', label: null},
	],
	isSystemDisk: true,
});

const file: DeviceFacts = deviceFacts({
	target: 'loop:/srv/images/a-long-way-down/to/the/image/of/a/disk/that/nobody/needs/any/more.img',
	path: '/srv/images/a-long-way-down/to/the/image/of/a/disk/that/nobody/needs/any/more.img',
	kind: 'loop',
	deviceNumber: null,
	totalBytes: 268_435_456,
});

const allSteps: readonly PlannedStep[] = [
	step('stop-service', 'stop the 128T service', 'prepare', 'run', [
		'systemctl stop 128T',
		'systemctl is-active 128T',
	]),
	step('enter-emergency', 'enter emergency mode', 'prepare', 'run', ['systemctl emergency']),
	step('erase', 'erase with dd', 'erase', 'device', [
		'dd if=/dev/zero of=/dev/sda bs=1M oflag=direct conv=fsync status=progress',
	]),
	step('verify', 'verify in full', 'verify', 'device', []),
	step('keep-log', 'move the log to /var/log/zeroize', 'aftercare', 'run', []),
	step('issue-certificate', 'issue the certificates', 'aftercare', 'run', []),
	step('power-off', 'power off by sysrq', 'halt', 'run', ['echo o > /proc/sysrq-trigger']),
];

function step(
	name: string,
	title: string,
	phase: PlannedStep['phase'],
	scope: PlannedStep['scope'],
	commands: readonly string[],
): PlannedStep {
	return {step: name, title, scope, phase, options: {}, commands};
}

export const plan = (changes: Partial<Plan> = {}, devices: readonly DeviceFacts[] = [sda]): Plan => ({
	runId: '20261104-120000-5f3a',
	tool: {name: 'zeroize', version: '0.1.0'},
	recipe: {
		name: 'ssr-zeroize',
		title: 'Zeroize an SSR router',
		source: 'Juniper SSR, Factory Reset and Zeroization',
	},
	host: 'system',
	hostname: 'ssr-1',
	devices: devices.map(facts => ({
		facts,
		eraser: {
			name: 'dd',
			method: 'clear',
			technique: 'overwrite',
			reason: 'named by the recipe',
			command: [
				'dd',
				'if=/dev/zero',
				`of=${facts.path}`,
				'bs=1M',
				'oflag=direct',
				'conv=fsync',
				'status=progress',
			],
		},
		unsuitable: [],
		confirmation: facts.serial ?? facts.path,
		notCovered: ['spare cells of an SSD that the drive does not show'],
	})),
	tools: ['dd', 'systemctl'],
	steps: allSteps,
	stateDir: '/tmp',
	logDir: '/var/log/zeroize',
	logRefused: null,
	certificateFile: null,
	certificate: {assetTag: null, mediaSource: null, performedBy: nobody, validatedBy: nobody},
	refusals: [],
	...changes,
});

/** Events, each with the milliseconds that passed before it. */
type Telling = ReadonlyArray<readonly [afterMs: number, body: EventBody]>;

const erased = (device: DeviceFacts, seconds: number): Telling => [
	[10, {type: 'step.started', step: 'erase', title: 'erase with dd', device: device.path}],
	[40, {type: 'run.committed', device}],
	...progress('erase', device, seconds),
	[
		900,
		{
			type: 'step.finished',
			step: 'erase',
			device: device.path,
			durationMs: seconds * 1000,
			method: 'clear',
			technique: 'overwrite',
			eraser: 'dd',
			tool: {name: 'dd (coreutils)', version: '9.1'},
			writtenBytes: device.totalBytes,
		},
	],
];

const progress = (name: string, device: DeviceFacts, seconds: number): Telling =>
	Array.from({length: seconds}, (_, index) => {
		const bytes = Math.floor((device.totalBytes / seconds) * (index + 1));
		const bytesPerSecond = Math.floor(device.totalBytes / seconds);
		const etaSeconds = index === 0 ? null : seconds - index - 1;
		return [
			1000,
			{
				type: 'step.progress',
				step: name,
				device: device.path,
				bytes,
				totalBytes: device.totalBytes,
				bytesPerSecond,
				etaSeconds,
			},
		];
	});

const verified = (device: DeviceFacts, seconds: number): Telling => [
	[10, {type: 'step.started', step: 'verify', title: 'verify in full', device: device.path}],
	...progress('verify', device, seconds),
	[
		10,
		{
			type: 'step.finished',
			step: 'verify',
			device: device.path,
			durationMs: seconds * 1000,
			verification: verification(device, 'passed'),
		},
	],
];

const verification = (device: DeviceFacts, result: Verification['result']): Verification => ({
	coverage: 'full',
	percent: 100,
	result,
	verifiedBytes: device.totalBytes,
	nonZero:
		result === 'passed'
			? noRanges
			: {
					listed: Array.from({length: 12}, (_, index) => ({offset: 1000 + index * 4096, length: 3})),
					count: 12,
					bytes: 36,
				},
	unreadable: noRanges,
	isDirect: true,
});

const prepared: Telling = [
	[20, {type: 'step.started', step: 'stop-service', title: 'stop the 128T service'}],
	[
		3100,
		{
			type: 'step.finished',
			step: 'stop-service',
			durationMs: 3100,
			commands: ['systemctl stop 128T', 'systemctl is-active 128T'],
		},
	],
	[5, {type: 'step.skipped', step: 'enter-emergency', reason: 'emergency.target is active already'}],
];

const kept: Telling = [
	[5, {type: 'step.started', step: 'keep-log', title: 'move the log to /var/log/zeroize'}],
	[
		30,
		{
			type: 'step.finished',
			step: 'keep-log',
			durationMs: 30,
			logDir: '/var/log/zeroize/20261104-120000-5f3a',
		},
	],
];

const certified = (devices: readonly DeviceFacts[]): Telling => [
	[5, {type: 'step.started', step: 'issue-certificate', title: 'issue the certificates'}],
	[
		12,
		{
			type: 'step.finished',
			step: 'issue-certificate',
			durationMs: 12,
			certificates: devices.map(({path: device}, index) => ({
				device,
				path: `/var/log/zeroize/20261104-120000-5f3a/certificate-${index + 1}.json`,
				sha256: 'ab'.repeat(32),
			})),
		},
	],
];

const result = (device: DeviceFacts, changes: Partial<DeviceResult> = {}): DeviceResult => ({
	path: device.path,
	serial: device.serial,
	outcome: 'sanitized',
	totalBytes: device.totalBytes,
	writtenBytes: device.totalBytes,
	verifiedBytes: device.totalBytes,
	unwritable: [],
	unreadable: [],
	nonZero: [],
	nonZeroRanges: 0,
	nonZeroBytes: 0,
	unreadableRanges: 0,
	unreadableBytes: 0,
	...changes,
});

const untouched = {writtenBytes: 0, verifiedBytes: 0};

const failedVerification = verification(sda, 'failed');

const poweredOff: Telling = [
	[5, {type: 'step.started', step: 'power-off', title: 'power off by sysrq'}],
	[1, {type: 'step.finished', step: 'power-off', durationMs: 1, commands: ['echo o > /proc/sysrq-trigger']}],
];

const tellings: Readonly<Record<string, Telling>> = {
	sanitized: [
		[0, {type: 'run.planned', plan: plan()}],
		...prepared,
		...erased(sda, 160),
		...verified(sda, 60),
		...kept,
		...certified([sda]),
		...poweredOff,
		[2, {type: 'run.finished', outcome: 'sanitized', exitCode: 0, devices: [result(sda)]}],
		[1, {type: 'run.halting', how: 'poweroff', rehearsed: false}],
	],
	'failed-verification': [
		[0, {type: 'run.planned', plan: plan()}],
		...prepared,
		...erased(sda, 30),
		[10, {type: 'step.started', step: 'verify', title: 'verify in full', device: sda.path}],
		...progress('verify', sda, 12),
		[
			1,
			{
				type: 'step.failed',
				step: 'verify',
				device: sda.path,
				code: 'NOT_ZERO',
				message: 'verify /dev/sda: 12 ranges of it are not zero',
				hint: 'look for what wrote to it after the erase, then erase it again',
				verification: failedVerification,
			},
		],
		...kept,
		[1, {type: 'step.skipped', step: 'issue-certificate', reason: 'the device is not sanitized'}],
		[1, {type: 'step.skipped', step: 'power-off', reason: 'the run failed'}],
		[
			2,
			{
				type: 'run.finished',
				outcome: 'failed',
				exitCode: 4,
				devices: [
					result(sda, {
						outcome: 'failed',
						nonZero: failedVerification.nonZero.listed,
						nonZeroRanges: 12,
						nonZeroBytes: 36,
					}),
				],
			},
		],
	],
	refused: [
		[
			0,
			{
				type: 'run.planned',
				plan: plan({
					refusals: [
						{
							target: '/dev/sda',
							code: 'DEVICE_BUSY',
							message: 'open /dev/sda: swap on /dev/sda3 and the volume group vg0 hold it',
							hint: 'stop what uses it: swapoff /dev/sda3, vgchange --activate n vg0',
						},
					],
				}),
			},
		],
		[
			3,
			{
				type: 'run.finished',
				outcome: 'refused',
				exitCode: 3,
				devices: [result(sda, {...untouched, outcome: 'refused'})],
				refusals: [
					{
						target: '/dev/sda',
						code: 'DEVICE_BUSY',
						message: 'open /dev/sda: swap on /dev/sda3 and the volume group vg0 hold it',
						hint: 'stop what uses it: swapoff /dev/sda3, vgchange --activate n vg0',
					},
				],
			},
		],
	],
	interrupted: [
		[0, {type: 'run.planned', plan: plan()}],
		...prepared,
		...erased(sda, 40).slice(0, 22),
		[
			5,
			{
				type: 'step.failed',
				step: 'erase',
				device: sda.path,
				code: 'INTERRUPTED',
				message: 'erase /dev/sda: stopped by SIGINT; dd has ended',
				hint: 'continue with zeroize resume',
				writtenBytes: 14_656_512_000,
			},
		],
		[
			1,
			{
				type: 'run.finished',
				outcome: 'interrupted',
				exitCode: 130,
				devices: [result(sda, {outcome: 'interrupted', writtenBytes: 14_656_512_000, verifiedBytes: 0})],
			},
		],
	],
	'aftercare-failed': [
		[0, {type: 'run.planned', plan: plan()}],
		[
			1,
			{
				type: 'run.warned',
				code: 'LOG_NOT_KEPT',
				message: '/var/log is nearly full: 12 KiB are free',
				hint: 'make room before the run ends',
			},
		],
		...prepared,
		...erased(sda, 20),
		...verified(sda, 10),
		[5, {type: 'step.started', step: 'keep-log', title: 'move the log to /var/log/zeroize'}],
		[
			30,
			{
				type: 'step.failed',
				step: 'keep-log',
				code: 'LOG_NOT_KEPT',
				message: 'move the log to /var/log/zeroize: ENOSPC, no space left on device',
				hint: 'make room there, then copy /tmp/zeroize-20261104-120000-5f3a',
			},
		],
		[1, {type: 'step.skipped', step: 'power-off', reason: 'the log was not kept'}],
		[2, {type: 'run.finished', outcome: 'aftercare-failed', exitCode: 6, devices: [result(sda)]}],
	],
	'two-devices': [
		[
			0,
			{
				type: 'run.planned',
				plan: plan({host: 'rehearsal', recipe: {name: 'erase', title: 'Erase – and verify – a disk'}}, [
					sda,
					file,
				]),
			},
		],
		...prepared,
		...interleave([...erased(sda, 60), ...verified(sda, 30)], [...erased(file, 20), ...verified(file, 10)]),
		...kept,
		...certified([sda, file]),
		...poweredOff,
		[2, {type: 'run.finished', outcome: 'sanitized', exitCode: 0, devices: [result(sda), result(file)]}],
		[1, {type: 'run.halting', how: 'poweroff', rehearsed: true}],
	],
};

function interleave(a: Telling, b: Telling): Telling {
	return a.flatMap((event, index) => {
		const other = b[index];
		return other ? [event, [1, other[1]] as const] : [event];
	});
}

const startedAtMs = Date.parse('2026-11-04T12:00:00.000Z');

if (import.meta.main) {
	const directory = path.join(import.meta.dirname, '../../fixtures/events');
	mkdirSync(directory, {recursive: true});
	for (const [name, telling] of Object.entries(tellings)) {
		let nowMs = startedAtMs;
		const events = new RunEvents({runId: '20261104-120000-5f3a', now: () => new Date(nowMs)});
		const lines: string[] = [];
		events.subscribe(event => lines.push(`${JSON.stringify(event)}\n`));
		for (const [afterMs, body] of telling) {
			nowMs += afterMs;
			events.emit(body);
		}

		writeFileSync(path.join(directory, `${name}.jsonl`), lines.join(''));
	}
}
