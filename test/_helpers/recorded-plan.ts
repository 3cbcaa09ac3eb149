import type {DeviceFacts} from '../../src/devices/device.ts';
import type {Plan, PlannedStep} from '../../src/plan.ts';
import {deviceFacts} from './verify-device.ts';

const gibibyte = 1024 ** 3;
const nobody = {name: null, title: null, date: null, location: null, contact: null};

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

export const file: DeviceFacts = deviceFacts({
	target: 'loop:/srv/images/a-long-way-down/to/the/image/of/a/disk/that/nobody/needs/any/more.img',
	path: '/srv/images/a-long-way-down/to/the/image/of/a/disk/that/nobody/needs/any/more.img',
	kind: 'loop',
	deviceNumber: null,
	totalBytes: 268_435_456,
});

export const allSteps: readonly PlannedStep[] = [
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

/** As the run of the router's own disk: from the memory, once its disk is left. */
export const stepsFromMemory: readonly PlannedStep[] = allSteps.toSpliced(
	2,
	0,
	step('leave-disk', 'leave the disk and go on in memory', 'prepare', 'run', []),
);

function step(
	name: string,
	title: string,
	phase: PlannedStep['phase'],
	scope: PlannedStep['scope'],
	commands: readonly string[],
): PlannedStep {
	return {step: name, title, scope, phase, options: {}, commands, tools: []};
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
	destinations: [],
	certificateFile: null,
	departure: null,
	certificate: {assetTag: null, mediaSource: null, performedBy: nobody, validatedBy: nobody},
	refusals: [],
	...changes,
});

/** Events, each with the milliseconds that passed before it. */
