import {createHash} from 'node:crypto';
import type {DeviceFacts} from '../../src/devices/device.ts';
import type {DeviceResult} from '../../src/events/results.ts';
import type {EventBody} from '../../src/events.ts';
import type {Verification} from '../../src/verification/verification.ts';
import {certificateFixtures} from './certificates.ts';
import {sda} from './recorded-plan.ts';

const certificateFixture = certificateFixtures['system-disk'];

const noRanges = {listed: [], count: 0, bytes: 0};

export type Telling = ReadonlyArray<readonly [afterMs: number, body: EventBody]>;

export const erased = (device: DeviceFacts, seconds: number): Telling => [
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

export const progress = (name: string, device: DeviceFacts, seconds: number): Telling =>
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

export const verified = (device: DeviceFacts, seconds: number): Telling => [
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

export const verification = (device: DeviceFacts, result: Verification['result']): Verification => ({
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

export const prepared: Telling = [
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

export const kept: Telling = [
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

export const certified = (devices: readonly DeviceFacts[]): Telling => [
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
				sha256: createHash('sha256').update(certificateFixture).digest('hex'),
				text: certificateFixture,
			})),
		},
	],
];

export const result = (device: DeviceFacts, changes: Partial<DeviceResult> = {}): DeviceResult => ({
	path: device.path,
	serial: device.serial,
	outcome: 'sanitized',
	totalBytes: device.totalBytes,
	writtenBytes: device.totalBytes,
	verifiedBytes: device.totalBytes,
	unwritable: [],
	unreadable: [],
	nonZero: [],
	unwritableRanges: 0,
	unwritableBytes: 0,
	nonZeroRanges: 0,
	nonZeroBytes: 0,
	unreadableRanges: 0,
	unreadableBytes: 0,
	...changes,
});

const badSectors = {
	listed: [
		{offset: 1_073_741_824, length: 512},
		{offset: 2_147_483_648, length: 4096},
	],
	count: 2,
	bytes: 4608,
};

/** An erase that could not write two places, and the verification that finds them. */
export const failedWrites = (device: DeviceFacts, seconds: number): Telling => {
	const writtenBytes = device.totalBytes - badSectors.bytes;
	const code = 'WRITE_FAILED';
	const {path} = device;
	const warned = (message: string) =>
		[700, {type: 'run.warned', code, message: `${path}: ${message}`}] as const;
	return [
		...erased(device, seconds).slice(0, -1),
		warned('a write error in the 1048576 bytes at 1073741824 (EIO: i/o error, write): trying them again'),
		warned('write errors in 2 blocks; 4608 bytes in 2 ranges could not be written'),
		[
			900,
			{
				type: 'step.failed',
				step: 'erase',
				device: path,
				code,
				message: `${path}: 4608 bytes in 2 ranges could not be written, the first 512 at offset 1073741824`,
				hint: 'do not release the device; look at the cable and the kernel log',
				writtenBytes,
				unwritable: badSectors,
			},
		],
		...verified(device, seconds).slice(0, -1),
		[
			10,
			{
				type: 'step.failed',
				step: 'verify',
				device: path,
				code: 'NOT_ZERO',
				message: `${path}: 4608 bytes in 2 ranges not zero, the first at offset 1073741824`,
				verification: {...verification(device, 'failed'), nonZero: badSectors},
			},
		],
	];
};

export const badResult = (device: DeviceFacts): DeviceResult =>
	result(device, {
		outcome: 'failed',
		writtenBytes: device.totalBytes - badSectors.bytes,
		unwritable: badSectors.listed,
		unwritableRanges: badSectors.count,
		unwritableBytes: badSectors.bytes,
		nonZero: badSectors.listed,
		nonZeroRanges: badSectors.count,
		nonZeroBytes: badSectors.bytes,
	});

export const untouched = {writtenBytes: 0, verifiedBytes: 0};

export const failedVerification = verification(sda, 'failed');

export const poweredOff: Telling = [
	[5, {type: 'step.started', step: 'power-off', title: 'power off by sysrq'}],
	[1, {type: 'step.finished', step: 'power-off', durationMs: 1, commands: ['echo o > /proc/sysrq-trigger']}],
];
