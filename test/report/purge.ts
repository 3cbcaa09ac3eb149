import test from 'ava';
import type {Canary} from '../../src/content/canary.ts';
import type {ErrorCode} from '../../src/errors.ts';
import type {EventBody, RunEvent} from '../../src/events.ts';
import {conclude, hasFailed} from '../../src/outcome.ts';
import {hasEnded} from '../../src/pipeline/remaining.ts';
import {foldReport} from '../../src/report.ts';
import {capable} from '../_helpers/nvme-drive.ts';
import {memoryFacts, numbered, planOf, recipeOf, verificationOf} from '../_helpers/plan.ts';

const MiB = 1024 ** 2;
const facts = memoryFacts({kind: 'disk', transport: 'nvme', drive: capable, totalBytes: 10 * MiB});
const {path} = facts;
const canary: Canary = {seed: '0'.repeat(32), blocks: 4, blockBytes: 4096};
const other: Canary = {...canary, seed: '1'.repeat(32)};

const plan = planOf({
	devices: [facts],
	recipe: recipeOf(
		['purge', {eraser: 'auto', canary: true}],
		['erase', {eraser: 'direct'}],
		['verify', {coverage: 'full', percent: 10}],
	),
});

const start = (step: string): EventBody => ({type: 'step.started', step, device: path, title: step});

const command = (known?: Canary): EventBody => ({
	...{type: 'command.started', step: 'purge', device: path},
	...(known && {canary: known}),
});

const purged = (known?: Canary): EventBody => ({
	...{type: 'step.finished', step: 'purge', device: path, durationMs: 1, method: 'purge'},
	...{technique: 'block-erase', eraser: 'nvme-sanitize', tool: {name: 'nvme', version: '2.3'}},
	...{writtenBytes: 10 * MiB, leaves: {kind: 'drive-defined'}, ...(known && {canary: known})},
});

const erased: EventBody = {
	...{type: 'step.finished', step: 'erase', device: path, durationMs: 1, method: 'clear'},
	...{technique: 'overwrite', eraser: 'direct', tool: {name: 'd', version: '1'}, writtenBytes: 10 * MiB},
};

const verified: EventBody = {
	...{type: 'step.finished', step: 'verify', device: path, durationMs: 1},
	verification: verificationOf({verifiedBytes: 10 * MiB}),
};

const failed = (step: string, code: ErrorCode): EventBody => ({
	...{type: 'step.failed', step, device: path, code, message: 'x', hint: 'y'},
});

const progress = (durableBytes: number): EventBody => ({
	...{type: 'step.progress', step: 'erase', device: path, bytes: durableBytes, totalBytes: 10 * MiB},
	...{bytesPerSecond: 1, etaSeconds: 1, durableBytes},
});

const begun: readonly EventBody[] = [
	{type: 'run.planned', plan},
	start('purge'),
	{type: 'run.committed', device: facts},
];

const wholePurge: readonly EventBody[] = [...begun, command(canary), purged(canary)];

const resumed: EventBody = {type: 'run.resumed', devices: [facts]};
const retried: EventBody = {type: 'run.retried', attempt: 2};

const fold = (...bodies: readonly EventBody[]) => foldReport(numbered(bodies) as readonly RunEvent[]);

const outcomeOf = (...bodies: readonly EventBody[]) => conclude(fold(...bodies)).devices[0]?.outcome;

test('sanitized takes the purge, the overwrite and the verification', t => {
	const rest = [start('erase'), erased, start('verify'), verified];
	t.is(outcomeOf(...wholePurge, ...rest), 'sanitized');
	t.is(outcomeOf(...wholePurge, start('erase'), erased), 'unverified');
	t.is(outcomeOf(...wholePurge), 'failed');
	t.is(outcomeOf(...wholePurge, start('verify'), verified), 'failed');
	t.is(outcomeOf(...begun, ...rest), 'failed');
	t.is(outcomeOf(...begun, failed('purge', 'ERASER_FAILED'), ...rest), 'failed');
});

test('a purge counts when it was announced, and what was written before it is gone', t => {
	const purgedAfter = (...bodies: readonly EventBody[]) => fold(...begun, ...bodies).devices[0]?.purged;
	t.truthy(purgedAfter(command(canary), purged(canary)));
	t.truthy(purgedAfter(command(), purged()));
	t.truthy(purgedAfter(command(other), command(canary), purged(canary)));
	t.is(purgedAfter(command(canary), purged()), null);
	t.is(purgedAfter(command(canary), purged(other)), null);
	t.is(purgedAfter(purged(canary)), null);
	const overwritten = {...purged(canary), method: 'clear'} as EventBody;
	t.is(purgedAfter(command(canary), overwritten), null);
});

test('it is a purge, and no overwrite: nothing is written yet', t => {
	t.like(fold(...wholePurge).devices[0], {
		...{erased: null, leaves: null, announced: null, writtenBytes: 0, durableBytes: 0, eraseFrom: 0},
	});
});

const isPurgeLeft = (...bodies: readonly EventBody[]): boolean =>
	hasEnded({step: 'purge'}, path, fold(...bodies));

test('whoever tries again, and held the device meanwhile, does not purge again what was overwritten in part', t => {
	const parted = [...wholePurge, start('erase'), progress(3 * MiB)];
	t.true(isPurgeLeft(...wholePurge, retried));
	for (const code of ['INTERRUPTED', 'TERMINATED', 'STALLED', 'TOOL_FAILED', 'WRITE_FAILED'] as const) {
		const report = fold(...parted, failed('erase', code), retried);
		t.true(hasEnded({step: 'purge'}, path, report), code);
		t.false(hasEnded({step: 'erase'}, path, report), code);
		t.truthy(report.devices[0]?.purged);
	}
});

test('whoever goes on purges again: nobody knows what was written to the drive since', t => {
	const parted = [...wholePurge, start('erase'), progress(3 * MiB)];
	for (const bodies of [wholePurge, parted, [...wholePurge, start('erase'), erased]]) {
		const report = fold(...bodies, resumed);
		t.false(hasEnded({step: 'purge'}, path, report));
		t.false(hasEnded({step: 'erase'}, path, report));
		t.like(report.devices[0], {purged: null, erased: null, leaves: null, eraseFrom: 0});
	}
});

test('a drive that has its certificate is not purged again by who goes on, unless it has failed since', t => {
	const certificates = [{device: path, path: '/log/certificate.json', sha256: '', text: '{}'}];
	const whole = [
		...[...wholePurge, start('erase'), erased, start('verify'), verified],
		{type: 'step.finished', step: 'issue-certificate', durationMs: 1, certificates} as EventBody,
	];
	const report = fold(...whole, resumed);
	t.truthy(report.devices[0]?.purged);
	t.true(hasEnded({step: 'purge'}, path, report));
	t.is(report.devices[0]?.verification, null);
	const fallen = [...whole, resumed, start('verify'), failed('verify', 'NOT_ZERO')];
	t.deepEqual(
		[whole, [...whole, resumed], fallen].map(bodies => hasFailed(fold(...bodies), path)),
		[false, false, true],
	);
	const again = fold(...fallen, resumed);
	t.is(again.devices[0]?.purged, null);
	t.false(hasEnded({step: 'purge'}, path, again));
});

test('what speaks against the drive, or says that it is another, has it purged again, and overwritten whole', t => {
	const whole = [...wholePurge, start('erase'), erased, start('verify')];
	t.true(isPurgeLeft(...whole, failed('verify', 'UNREADABLE'), retried));
	for (const code of ['NOT_ZERO', 'NOT_ERASED', 'DEVICE_CHANGED', 'DEVICE_MISSING', 'INTERNAL'] as const) {
		const report = fold(...whole, failed('verify', code), retried);
		t.false(hasEnded({step: 'purge'}, path, report), code);
		t.false(hasEnded({step: 'erase'}, path, report), code);
		t.like(report.devices[0], {purged: null, erased: null, eraseFrom: 0});
	}
});

test('a purge that failed, or was interrupted, is done again; one that was announced is remembered', t => {
	for (const code of ['ERASER_FAILED', 'NOT_ERASED', 'INTERRUPTED', 'STALLED'] as const) {
		const report = fold(...begun, command(canary), failed('purge', code), resumed);
		t.false(hasEnded({step: 'purge'}, path, report), code);
		t.is(report.devices[0]?.announced === null, code === 'ERASER_FAILED' || code === 'NOT_ERASED');
	}

	t.deepEqual(fold(...begun, command(canary), resumed).devices[0]?.announced, {canary});
});

test('another purge undoes what was overwritten before it', t => {
	const again = [...wholePurge, start('erase'), progress(3 * MiB), resumed, start('purge')];
	t.like(fold(...again).devices[0], {purged: null, erased: null, eraseFrom: 0, durableBytes: 0});
});

test('a certificate begins with the first commit, in whatever process the overwrite was', t => {
	const first = numbered(begun).at(-1)?.at;
	const report = fold(...wholePurge, retried, start('erase'), {type: 'run.committed', device: facts});
	t.is(report.devices[0]?.committedAt, first);
	const anew = fold(...begun, resumed, start('purge'), {type: 'run.committed', device: facts});
	t.not(anew.devices[0]?.committedAt, first);
});

test('a purge that the recipe leaves out is left out for good', t => {
	const cleared = planOf({
		devices: [memoryFacts()],
		recipe: recipeOf(['purge', {fallback: 'clear'}], ['erase', {eraser: 'direct'}]),
	});
	const events = numbered([
		{type: 'run.planned', plan: cleared},
		{type: 'step.skipped', step: 'purge', device: path, reason: 'clear in place of purge'},
		retried,
	]);
	t.true(hasEnded({step: 'purge'}, path, foldReport(events)));
});
