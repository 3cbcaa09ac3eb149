import {createHash} from 'node:crypto';
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {findCertificates} from '../../src/certificate/capture.ts';
import {encodeCompact} from '../../src/certificate/compact.ts';
import {maxQrCharacters} from '../../src/certificate/qr-code.ts';
import {parseCertificate} from '../../src/certificate.ts';
import type {Device} from '../../src/devices/device.ts';
import {schemes} from '../../src/erasers/pattern/schemes.ts';
import {SanitizeError} from '../../src/errors.ts';
import type {RunEvent} from '../../src/events.ts';
import {foldReport} from '../../src/report.ts';
import {certificateLines} from '../../src/views/text/certificate-lines.ts';
import {holds, writtenIn} from '../_helpers/content.ts';
import {numbered} from '../_helpers/plan.ts';
import {type MemoryRun, type MemoryRunResult, runOnMemory} from '../_helpers/run-on-memory.ts';

const totalBytes = 40 * 512;

const sector = {offset: 17 * 512, length: 512};

type Watch = NonNullable<MemoryRun['devices']>[number]['watch'];

const run = async (
	t: ExecutionContext,
	scheme: string,
	{watch, ...more}: Pick<MemoryRun, 'onEvent' | 'onStart' | 'abortReason'> & {watch?: Watch} = {},
): Promise<MemoryRunResult> =>
	runOnMemory(t, {
		devices: [{serial: 'S', totalBytes, ...(watch && {watch})}],
		overrides: {eraser: 'pattern', scheme},
		...more,
	});

const find = <Type extends RunEvent['type']>({events}: MemoryRunResult, type: Type, step?: string) =>
	events.find(
		(event): event is Extract<RunEvent, {type: Type}> =>
			event.type === type && (step === undefined || ('step' in event && event.step === step)),
	);

const certificateOf = async ({directory, plan}: MemoryRunResult) => {
	const file = path.join(directory, 'log', plan.runId, 'certificate.json');
	const text = await readFile(file, 'utf8');
	return {text, certificate: parseCertificate(text, file)};
};

/** In the passes with these numbers, the sector takes nothing. */
const badIn =
	(...passes: readonly number[]): NonNullable<Watch> =>
	device => {
		let pass = 1;
		return {
			...device,
			async sync() {
				await device.sync();
				pass += 1;
			},
			async write(position, buffer) {
				const isHit = position < sector.offset + sector.length && position + buffer.length > sector.offset;
				if (isHit && passes.includes(pass)) {
					const cause = Object.assign(new Error('EIO: i/o error, write'), {code: 'EIO'});
					throw new SanitizeError('WRITE_FAILED', 'no', {cause});
				}

				return device.write(position, buffer);
			},
		} satisfies Device;
	};

for (const {name, passes} of schemes) {
	test(`a run with ${name} proves what its last pass left`, async t => {
		const result = await run(t, name);
		t.is(result.exitCode, 0);
		const erased = find(result, 'step.finished', 'erase');
		t.like(erased, {eraser: 'pattern', scheme: name, writtenBytes: totalBytes, method: 'clear'});
		const left = writtenIn(erased?.leaves);
		t.deepEqual(left, erased?.passes?.at(-1)?.content);
		t.true(holds(result.devices[0]?.bytes ?? Buffer.of(1), left));
		const expected = left.kind === 'zeros' ? undefined : left;
		t.deepEqual(find(result, 'step.finished', 'verify')?.verification?.expected, expected);
		t.deepEqual(find(result, 'run.finished')?.devices[0]?.expected, expected);

		const progress = result.events.filter(({type}) => type === 'step.progress');
		const erasing = progress.flatMap(event =>
			event.type === 'step.progress' && event.step === 'erase' ? [event] : [],
		);
		t.like(erasing.at(-1), {bytes: passes.length * totalBytes, totalBytes: passes.length * totalBytes});
		t.true(
			erasing.every(({bytes, durableBytes}, index) => {
				const before = erasing[index - 1]?.bytes ?? 0;
				return durableBytes === undefined && bytes >= before;
			}),
		);

		const {text, certificate} = await certificateOf(result);
		t.deepEqual(certificate.tool.scheme, {name, passes: passes.length});
		t.deepEqual(certificate.holds, left);
		t.is(certificate.writtenBytes, totalBytes);
		const compact = encodeCompact(text, maxQrCharacters);
		t.deepEqual(
			findCertificates(compact.join('\n')).map(({result}) => result),
			[text],
		);
		const shown = certificateLines(certificate).join(' ');
		t.true(shown.includes(`scheme ${name}, ${passes.length} pass`));
		t.true(left.kind !== 'aes-256-ctr' || shown.includes(left.key));
	});
}

test('the commitment of each key is in the journal before the first byte of its pass is written', async t => {
	const unannounced: number[] = [];
	let announced = 0;
	let pass = 0;
	const result = await run(t, 'bruce7', {
		onEvent: event => {
			announced += event.type === 'pass.started' ? 1 : 0;
		},
		watch: device => ({
			...device,
			async write(position, buffer) {
				pass += position === 0 ? 1 : 0;
				if (pass > announced) {
					unannounced.push(pass);
				}

				return device.write(position, buffer);
			},
		}),
	});
	t.deepEqual(unannounced, []);
	t.is(pass, 7);
	const commitments = result.events.flatMap(event =>
		event.type === 'pass.started' && event.content.kind === 'aes-256-ctr' ? [event.content.keySha256] : [],
	);
	const keys = (find(result, 'step.finished', 'erase')?.passes ?? []).flatMap(({content}) =>
		content.kind === 'aes-256-ctr' ? [content.key] : [],
	);
	t.is(keys.length, 5);
	const hash = (key: string) => createHash('sha256').update(Buffer.from(key, 'hex')).digest('hex');
	t.deepEqual(commitments, keys.map(hash));
});

test('a byte that changes after the erase is found, and named as what was not written', async t => {
	let bytes: Uint8Array = new Uint8Array(0);
	const result = await run(t, 'random', {
		onStart([device]) {
			bytes = device?.bytes ?? bytes;
		},
		onEvent(event) {
			if (event.type === 'step.finished' && event.step === 'erase') {
				bytes[5000] = 255 - (bytes[5000] ?? 0);
			}
		},
	});
	t.is(result.exitCode, 4);
	const failed = find(result, 'step.failed', 'verify');
	t.is(failed?.code, 'NOT_ZERO');
	t.regex(
		failed?.message ?? '',
		/1 bytes in 1 range not as written \(an AES-256-CTR stream\), the first at offset 5000$/,
	);
	t.deepEqual(find(result, 'run.finished')?.devices[0]?.nonZero, [{offset: 5000, length: 1}]);
});

test('a sector that is bad in pass 2 of 3 alone is reported, and the last pass counts', async t => {
	const result = await run(t, 'dodshort', {watch: badIn(2)});
	t.is(result.exitCode, 0);
	const erased = find(result, 'step.finished', 'erase');
	t.is(erased?.writtenBytes, totalBytes);
	const unwritable = {listed: [sector], count: 1, bytes: 512};
	t.deepEqual(
		erased?.passes?.map(pass => pass.unwritable),
		[undefined, unwritable, undefined],
	);
	const warned = result.events.flatMap(event => (event.type === 'run.warned' ? [event.message] : []));
	t.regex(warned.at(-1) ?? '', /pass 2 of 3 could not write 512 bytes, the first 512 at offset 8704$/);
	t.true(warned.length <= 4);
	const {certificate} = await certificateOf(result);
	t.deepEqual(certificate.tool.scheme?.incomplete, [{pass: 2, unwritableBytes: 512}]);
	t.regex(certificateLines(certificate).join(' ').replaceAll(/ +/g, ' '), /512 bytes not reached by pass 2/);
});

for (const [passes, warnings] of [
	[[3], 3],
	[[1, 2, 3], 5],
] as const) {
	test(`a sector that is bad in pass ${passes.join(', ')} of 3 fails the device, and all else is verified`, async t => {
		const result = await run(t, 'dodshort', {watch: badIn(...passes)});
		t.is(result.exitCode, 4);
		const unwritable = {listed: [sector], count: 1, bytes: 512};
		const failed = find(result, 'step.failed', 'erase');
		t.like(failed, {code: 'WRITE_FAILED', writtenBytes: totalBytes - 512, unwritable});
		const verified = find(result, 'step.failed', 'verify')?.verification;
		t.is(verified?.verifiedBytes, totalBytes);
		t.deepEqual(verified?.expected, failed?.leaves);
		const [range, ...others] = verified?.nonZero.listed ?? [];
		t.deepEqual(others, []);
		t.true(
			range !== undefined &&
				range.offset >= sector.offset &&
				range.offset + range.length <= sector.offset + 512,
		);
		t.true(result.events.filter(({type}) => type === 'run.warned').length <= warnings);
	});
}

test('an erase that is stopped in pass 2 begins anew: there is no place to go on from', async t => {
	const result = await run(t, 'dodshort', {
		abortReason: new SanitizeError('INTERRUPTED', 'stop'),
		onEvent(event, abort) {
			if (event.type === 'pass.started' && event.pass === 2) {
				abort();
			}
		},
	});
	t.is(result.exitCode, 130);
	const device = find(result, 'run.finished')?.devices[0];
	t.is(device?.outcome, 'interrupted');
	t.true((device?.writtenBytes ?? totalBytes + 1) <= totalBytes);
	t.is(device?.expected, undefined);
	const {facts} = result.plan.devices[0] ?? {};
	const bodies = [...result.events, ...numbered([{type: 'run.resumed', devices: facts ? [facts] : []}])];
	const {devices} = foldReport(bodies);
	t.like(devices[0], {eraseFrom: 0, durableBytes: 0, leaves: null, erased: null});
});
