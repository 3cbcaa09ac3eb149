import test from 'ava';
import {findCertificates} from '../../../src/certificate/capture.ts';
import plain from '../../../src/views/plain.ts';
import {certificatesOnConsole} from '../../../src/views/text/certificate-on-console.ts';
import {createLogLines} from '../../../src/views/text/log-lines.ts';
import tty from '../../../src/views/tty.ts';
import {certificateFixtures} from '../../_helpers/certificates.ts';
import {isPictureRow, photograph, scan} from '../../_helpers/console-picture.ts';
import {allSteps, plan, stepsFromMemory} from '../../_helpers/recorded-plan.ts';
import {readRecording, show} from '../../_helpers/view-suite.ts';

const recording = readRecording('left-disk');
const text = certificateFixtures['system-disk'];
const textsIn = (capture: string) => findCertificates(capture).map(({result}) => result);
const entry = {device: '/dev/sda', path: '/run/a/certificate.json', sha256: 'ab'.repeat(32), text};
const fromMemory = plan({steps: stepsFromMemory});

for (const view of [plain, tty]) {
	test(`${view.name} shows a certificate of a run that left its disk, to be recorded or photographed`, async t => {
		const {text: shown} = show(view, recording, {columns: 80});
		t.deepEqual(textsIn(shown), [text]);
		const lines = shown.trimEnd().split('\n');
		const last = lines.findLastIndex(isPictureRow);
		t.true(last > 0 && lines.slice(last + 1).some(line => line.includes('SANITIZED - erased and verified')));
		t.true(lines.length - last < 25, 'what comes after it stays on one screen');
		const codes = await scan(photograph(lines.slice(-60)));
		t.deepEqual(textsIn(codes.join('\n')), [text]);
	});

	test(`${view.name} has no room for the QR code on 60 columns, and says so`, t => {
		const {text: shown} = show(view, recording, {columns: 60});
		t.false(shown.split('\n').some(isPictureRow));
		t.regex(shown, /no QR code: it takes 61 columns/);
		t.deepEqual(textsIn(shown), [text]);
	});

	test(`${view.name} leaves the certificate to its file when the run has one`, t => {
		t.deepEqual(textsIn(show(view, readRecording('sanitized')).text), []);
	});
}

test('the log has the block as ASCII, without the picture', t => {
	const log = recording.flatMap(createLogLines()).join('\n');
	t.deepEqual(textsIn(log), [text]);
	t.regex(log, /^[\n -~]+$/);
});

test('it takes less than two seconds of a line of 115,200 baud', t => {
	const {writes} = show(plain, recording);
	const bytes = writes
		.filter(({event}) => event.type === 'step.finished' && event.step === 'issue-certificate')
		.reduce((sum, write) => sum + Buffer.byteLength(write.text.replaceAll('\n', '\r\n')), 0);
	t.log(`${bytes} bytes`);
	t.true(bytes > 5000 && bytes < (2 * 115_200) / 10);
});

test('one certificate in two places is shown once, two are shown both', t => {
	const other = {...entry, device: '/dev/sdb', text: certificateFixtures.loop};
	const told = certificatesOnConsole(fromMemory, [entry, {...entry, path: '/mnt/c.json'}, other], 80);
	const lines = told.filter(part => typeof part === 'string');
	t.deepEqual(textsIn(lines.join('\n')), [text, certificateFixtures.loop]);
	t.is(told.length - lines.length, 2);
});

test('a certificate that one code cannot hold takes two', async t => {
	const told = certificatesOnConsole(fromMemory, [{...entry, text: certificateFixtures.long}], 80);
	const screen = told.flatMap(part => (typeof part === 'string' ? [part] : part.rows));
	t.true(screen.includes('QR code 1 of 2') && screen.includes('QR code 2 of 2'));
	const codes = await scan(photograph(screen));
	t.deepEqual(textsIn(codes.join('\n')), [certificateFixtures.long]);
});

test('a plan without the step, or that skips it, shows none', t => {
	const skipped = stepsFromMemory.map(step => ({...step, skip: 'the system runs from another disk'}));
	for (const steps of [allSteps, skipped]) {
		t.deepEqual(certificatesOnConsole(plan({steps}), [entry], 80), []);
	}
});
