import test from 'ava';
import {parseCommands, parseSense, readScsi} from '../../../src/devices/drive/scsi.ts';
import {askingWith, capture, testReader} from '../../_helpers/drive.ts';

testReader('scsi', {tools: ['sg_opcodes', 'sg_requests'], what: 'scsi', read: readScsi});

const answers = async (drive: string, state: string) => ({
	sg_opcodes: [{stdout: await capture(`sg_opcodes-1.46-${drive}`)}],
	sg_requests: [{stderr: await capture(`sg_requests-1.46-${state}-stderr`)}],
});

const all = {overwrite: true, blockErase: true, cryptoErase: true, exitFailureMode: true};

for (const [state, expected] of Object.entries({
	running: {state: 'running', progress: 0.5},
	failed: {state: 'failed'},
	ssd: {state: 'idle'},
})) {
	test(`an SSD that can sanitize: ${state}`, async t => {
		const reading = await readScsi(await askingWith(t, await answers('ssd', state)));
		t.deepEqual(reading as unknown, {
			scsi: {sanitize: all, formatUnit: true, sanitizeStatus: expected},
			unknown: [],
		});
	});
}

test('a disk that cannot is not asked how it went', async t => {
	const reading = await readScsi(await askingWith(t, await answers('hdd', 'ssd')));
	t.deepEqual(reading, {
		scsi: {
			sanitize: {overwrite: false, blockErase: false, cryptoErase: false, exitFailureMode: false},
			formatUnit: true,
		},
		unknown: [],
	});
});

test('a drive that does not tell its commands', async t => {
	for (const [name, exitCode] of [
		['unsupported', 9],
		['none', 0],
	] as const) {
		const asking = await askingWith(t, {
			sg_opcodes: [{stdout: await capture(`sg_opcodes-1.46-${name}`), exitCode}],
			sg_requests: [{stderr: await capture('sg_requests-1.46-qemu-stderr')}],
		});
		t.deepEqual(await readScsi(asking), {
			unknown: [{what: 'scsi', why: 'sg_opcodes: the drive does not tell which commands it knows'}],
		});
	}
});

test('a state that is not told is a gap', async t => {
	const {sg_opcodes} = await answers('ssd', 'ssd');
	const {scsi, unknown} = await readScsi(await askingWith(t, {sg_opcodes, sg_requests: [{}]}));
	t.deepEqual(scsi, {sanitize: all, formatUnit: true});
	t.deepEqual(unknown, [{what: 'sanitize-status', why: 'sg_requests: the drive does not tell its state'}]);
});

test('what keeps a drive from working may hide a sanitize, and is no answer', async t => {
	const {sg_opcodes} = await answers('ssd', 'ssd');
	for (const [state, why] of [
		[
			'becoming-ready',
			/^sg_requests: the drive says "Not Ready", "Logical unit is in process of becoming ready"$/,
		],
		// Told again and again: then it is no news.
		['attention', /^sg_requests: the drive says "Unit Attention", "Power on occurred"$/],
	] as const) {
		const sg_requests = [{stderr: await capture(`sg_requests-1.46-${state}-stderr`)}];
		const {scsi, unknown = []} = await readScsi(await askingWith(t, {sg_opcodes, sg_requests}));
		t.deepEqual(scsi, {sanitize: all, formatUnit: true});
		t.regex(unknown.map(({what, why}) => (what === 'sanitize-status' ? why : what)).join('; '), why);
	}
});

test('an operation code is not taken for a service action', t => {
	const lines = [' 48                 10    0,0    Sanitize', ' 28        3        10    0,0    Read(10)'];
	t.false(Object.values(parseCommands(lines.join('\n')).sanitize).some(Boolean));
});

test('a sense that is none', t => {
	t.throws(() => parseSense(''));
});
