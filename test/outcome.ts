import test from 'ava';
import type {ErrorCode} from '../src/errors.ts';
import type {EventBody} from '../src/events.ts';
import {conclude} from '../src/outcome.ts';
import {foldReport} from '../src/report.ts';
import {eraseRecipe, memoryFacts, numbered, planOf, recipeOf, verificationOf} from './_helpers/plan.ts';

const device = '/dev/sdz';
const planned: EventBody = {type: 'run.planned', plan: planOf()};
const committed: EventBody = {type: 'run.committed', device: memoryFacts()};
const erased = (writtenBytes = 65_536, path = device): EventBody => ({
	type: 'step.finished',
	step: 'erase',
	device: path,
	durationMs: 1,
	method: 'clear',
	technique: 'overwrite',
	eraser: 'direct',
	tool: {name: 'direct', version: '1'},
	writtenBytes,
});
const verified = (path = device): EventBody => ({
	type: 'step.finished',
	step: 'verify',
	device: path,
	durationMs: 1,
	verification: verificationOf(),
});
const failed = (step: string, code: ErrorCode, path?: string): EventBody => ({
	type: 'step.failed',
	step,
	code,
	message: 'm',
	...(path !== undefined && {device: path}),
});
const unwritable = {listed: [{offset: 512, length: 1024}], count: 1, bytes: 1024};
const badSectors = {
	...(failed('erase', 'WRITE_FAILED', device) as Extract<EventBody, {type: 'step.failed'}>),
	writtenBytes: 65_536 - 1024,
	unwritable,
};
const skippedVerify: EventBody = {type: 'step.skipped', step: 'verify', device, reason: 'not asked for'};
const readPlan: EventBody = {
	type: 'run.planned',
	plan: planOf({recipe: recipeOf(['verify', {coverage: 'full', percent: 10}])}),
};

const cases: ReadonlyArray<
	readonly [title: string, events: readonly EventBody[], outcome: string, exitCode: number]
> = [
	['nothing planned', [], 'refused', 3],
	['planned, never started', [planned], 'refused', 3],
	['erased and verified', [planned, committed, erased(), verified()], 'sanitized', 0],
	['verified but never committed', [planned, erased(), verified()], 'refused', 3],
	['one byte short', [planned, committed, erased(65_535), verified()], 'failed', 4],
	['committed, then silence', [planned, committed], 'failed', 4],
	['verification skipped', [planned, committed, erased(), skippedVerify], 'unverified', 5],
	['verified before the erase only', [planned, committed, verified(), erased()], 'unverified', 5],
	['not zero', [planned, committed, erased(), failed('verify', 'NOT_ZERO', device)], 'failed', 4],
	['unreadable', [planned, committed, erased(), failed('verify', 'UNREADABLE', device)], 'failed', 4],
	[
		'another device under the name',
		[planned, committed, erased(), failed('verify', 'DEVICE_CHANGED', device)],
		'failed',
		4,
	],
	[
		'verification could not finish',
		[planned, committed, erased(), failed('verify', 'INTERNAL', device)],
		'unverified',
		5,
	],
	['erase failed', [planned, committed, failed('erase', 'WRITE_FAILED', device)], 'failed', 4],
	['bad sectors, and zero all the same', [planned, committed, badSectors, verified()], 'failed', 4],
	[
		'bad sectors, and terminated while verifying',
		[planned, committed, badSectors, failed('verify', 'TERMINATED', device)],
		'failed',
		4,
	],
	['refused at the commit point', [planned, failed('erase', 'DEVICE_CHANGED', device)], 'refused', 3],
	['a step before the erase failed', [planned, failed('stop-service', 'SERVICE_STILL_ACTIVE')], 'refused', 3],
	['a fault of the program before the erase', [planned, failed('stop-service', 'INTERNAL')], 'refused', 1],
	[
		'log not kept',
		[planned, committed, erased(), verified(), failed('keep-log', 'LOG_NOT_KEPT')],
		'aftercare-failed',
		6,
	],
	[
		'certificate not issued',
		[planned, committed, erased(), verified(), failed('issue-certificate', 'CERTIFICATE_NOT_ISSUED')],
		'aftercare-failed',
		6,
	],
	[
		'not zero, and the log not kept',
		[planned, committed, erased(), failed('verify', 'NOT_ZERO', device), failed('keep-log', 'LOG_NOT_KEPT')],
		'failed',
		4,
	],
	[
		'interrupted while erasing',
		[planned, committed, failed('erase', 'INTERRUPTED', device)],
		'interrupted',
		130,
	],
	[
		'terminated while verifying',
		[planned, committed, erased(), failed('verify', 'TERMINATED', device)],
		'interrupted',
		143,
	],
	['interrupted before the erase', [planned, failed('stop-service', 'INTERRUPTED')], 'interrupted', 130],
	[
		'interrupted in the aftercare',
		[planned, committed, erased(), verified(), failed('keep-log', 'INTERRUPTED')],
		'interrupted',
		130,
	],
	['only read, all zeros', [readPlan, verified()], 'verified', 0],
	['only read, not zero', [readPlan, failed('verify', 'NOT_ZERO', device)], 'failed', 4],
	['only read, could not finish', [readPlan, failed('verify', 'INTERNAL', device)], 'unverified', 5],
	['only read, interrupted', [readPlan, failed('verify', 'INTERRUPTED', device)], 'interrupted', 130],
];

for (const [title, events, outcome, exitCode] of cases) {
	test(`a run is ${outcome} (${exitCode}): ${title}`, t => {
		const result = conclude(foldReport(numbered(events)));
		t.is(result.outcome, outcome as typeof result.outcome);
		t.is(result.exitCode, exitCode);
	});
}

const second = memoryFacts({path: '/dev/sdy', target: '/dev/sdy', serial: 'SERIAL2'});
const plannedTwo: EventBody = {
	type: 'run.planned',
	plan: planOf({recipe: eraseRecipe, devices: [memoryFacts(), second]}),
};

test('a run of two devices is as bad as the worse of them, and each has its own outcome', t => {
	const events = [
		plannedTwo,
		committed,
		{type: 'run.committed', device: second} as const,
		erased(),
		failed('erase', 'WRITE_FAILED', '/dev/sdy'),
		verified(),
	];
	const {outcome, exitCode, devices} = conclude(foldReport(numbered(events)));
	t.deepEqual([outcome, exitCode], ['failed', 4]);
	t.deepEqual(
		devices.map(({outcome}) => outcome),
		['sanitized', 'failed'],
	);
});

test('a run that wrote to one device and refused the other is failed, never refused', t => {
	const events = [plannedTwo, committed, erased(), verified(), failed('erase', 'DEVICE_CHANGED', '/dev/sdy')];
	const {outcome, exitCode, devices} = conclude(foldReport(numbered(events)));
	t.deepEqual([outcome, exitCode], ['failed', 4]);
	t.is(devices[1]?.outcome, 'refused');
});

test('the bytes that were written are known from progress when an erase fails', t => {
	const progress: EventBody = {
		type: 'step.progress',
		step: 'erase',
		device,
		bytes: 4096,
		totalBytes: 65_536,
		bytesPerSecond: 1,
		etaSeconds: null,
	};
	const {devices} = conclude(
		foldReport(numbered([planned, committed, progress, failed('erase', 'WRITE_FAILED', device)])),
	);
	t.is(devices[0]?.writtenBytes, 4096);
});

test('ranges that are not zero stand in the result of the device', t => {
	const nonZero = {listed: [{offset: 512, length: 3}], count: 1, bytes: 3};
	const failure: EventBody = {
		...(failed('verify', 'NOT_ZERO', device) as Extract<EventBody, {type: 'step.failed'}>),
		verification: verificationOf({result: 'failed', nonZero}),
	};
	const {devices} = conclude(foldReport(numbered([planned, committed, erased(), failure])));
	t.like(devices[0], {
		nonZero: [{offset: 512, length: 3}],
		nonZeroRanges: 1,
		nonZeroBytes: 3,
		verifiedBytes: 65_536,
	});
});

test('ranges that could not be written stand in the result of the device', t => {
	const {devices} = conclude(foldReport(numbered([planned, committed, badSectors, verified()])));
	t.like(devices[0], {
		writtenBytes: 64_512,
		unwritable: unwritable.listed,
		unwritableRanges: 1,
		unwritableBytes: 1024,
		nonZero: [],
	});
});
