/*
Event streams for the views' tests, told with typed events. `node test/_helpers/recordings.ts` writes them to fixtures/events/.
*/
import {mkdirSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {RunEvents} from '../../src/events.ts';
import {file, plan, sda, stepsFromMemory} from './recorded-plan.ts';
import {stalledTelling} from './recorded-stall.ts';
import {
	badResult,
	certified,
	erased,
	failedVerification,
	failedWrites,
	kept,
	poweredOff,
	prepared,
	progress,
	result,
	type Telling,
	untouched,
	verified,
} from './recorded-steps.ts';

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
	'left-disk': [
		[0, {type: 'run.planned', plan: plan({steps: stepsFromMemory})}],
		...prepared,
		[5, {type: 'step.started', step: 'leave-disk', title: 'leave the disk and go on in memory'}],
		[900, {type: 'step.finished', step: 'leave-disk', durationMs: 900}],
		...erased(sda, 20),
		...verified(sda, 10),
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
	'bad-sectors': [
		[0, {type: 'run.planned', plan: plan()}],
		...prepared,
		...failedWrites(sda, 30),
		...kept,
		[1, {type: 'step.skipped', step: 'issue-certificate', reason: 'the device is not sanitized'}],
		[1, {type: 'step.skipped', step: 'power-off', reason: 'the run failed'}],
		[2, {type: 'run.finished', outcome: 'failed', exitCode: 4, devices: [badResult(sda)]}],
	],
	stalled: stalledTelling,
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
