import test from 'ava';
import {certificateText, certify, parseCertificate} from '../src/certificate.ts';
import {SanitizeError} from '../src/errors.ts';
import type {EventBody} from '../src/events.ts';
import {foldReport} from '../src/report.ts';
import {certificateLines} from '../src/views/text/certificate-lines.ts';
import {driveOf} from './_helpers/drive-facts.ts';
import {eraseRecipe, memoryFacts, numbered, planOf, verificationOf} from './_helpers/plan.ts';

const device = '/dev/sdz';
const head = {hash: 'a'.repeat(64), seq: 7};
const erased: EventBody = {
	type: 'step.finished',
	step: 'erase',
	device,
	durationMs: 1,
	method: 'clear',
	technique: 'overwrite',
	eraser: 'direct',
	tool: {name: 'direct', version: '1'},
	writtenBytes: 65_536,
};
const sampling = {
	seed: '0'.repeat(32),
	sections: 1000,
	samplesPerSection: 2,
	detectionProbability: 0.1,
	detectionProbabilityOf100Sectors: 0.99,
};
const events = (verification = verificationOf()): readonly EventBody[] => [
	{type: 'run.planned', plan: planOf()},
	{type: 'run.committed', device: memoryFacts()},
	erased,
	{type: 'step.finished', step: 'verify', device, durationMs: 1, verification},
	{type: 'step.finished', step: 'keep-log', durationMs: 1, logDir: '/var/log/zeroize/x'},
];

test('a sanitized device gets the fields of SP 800-88r2 section 4.6, from the journal alone', t => {
	const certificate = certify(foldReport(numbered(events())), device, head);
	t.like(certificate, {
		serialNumber: 'SERIAL1',
		method: 'clear',
		technique: 'overwrite',
		mediaSource: 'host',
		outcome: 'sanitized',
		rehearsal: true,
		totalBytes: 65_536,
		writtenBytes: 65_536,
		startedAt: '2026-11-21T00:00:01.000Z',
		finishedAt: '2026-11-21T00:00:03.000Z',
		journalHash: head.hash,
		journalSeq: 7,
		log: {keptIn: '/var/log/zeroize/x', reason: null},
		verification: {coverage: 'full', percent: 100, result: 'passed', verifiedBytes: 65_536, isDirect: true},
		performedBy: {name: null, date: '2026-11-21'},
	});
});

test('the drive behind a USB bridge is named by its own words, beside those of the bridge', t => {
	const bridge = {model: 'DISK', serial: 'LABEL1', isHonest: false};
	const facts = memoryFacts({
		kind: 'disk',
		drive: driveOf({bridge, hiddenAreas: [{area: 'hpa', bytes: 512}]}),
	});
	const plan = planOf({devices: [facts], recipe: eraseRecipe});
	const bodies = events()
		.with(0, {type: 'run.planned', plan})
		.with(1, {type: 'run.committed', device: facts});
	const certificate = certify(foldReport(numbered(bodies)), device, head);
	t.is(certificate.serialNumber, 'SERIAL1');
	t.deepEqual(certificate.device.behindBridge, {model: 'DISK', serialNumber: 'LABEL1'});
	t.true(certificate.notCovered.some(what => what.startsWith('Host Protected Area (HPA): 512 B')));
	t.deepEqual(parseCertificate(certificateText(certificate), 'c'), certificate);
});

for (const [title, bodies] of [
	['nothing was written', events().slice(0, 1)],
	['it was not verified', events().slice(0, 3)],
	['verification found something', events(verificationOf({result: 'failed'}))],
	['a byte is missing', events().with(2, {...erased, writtenBytes: 65_535} as EventBody)],
] as const) {
	test(`no certificate can be issued when ${title}`, t => {
		const error = t.throws(() => certify(foldReport(numbered(bodies)), device, head), {
			instanceOf: SanitizeError,
		});
		t.is(error.code, 'CERTIFICATE_NOT_ISSUED');
	});
}

test('no certificate can be issued for another device', t => {
	t.throws(() => certify(foldReport(numbered(events())), '/dev/sdy', head), {message: /it is unknown/});
});

test('a certificate reads back from its text', t => {
	const certificate = certify(
		foldReport(numbered(events(verificationOf({coverage: 'sampled', sampling})))),
		device,
		head,
	);
	t.deepEqual(parseCertificate(certificateText(certificate), 'c.json'), certificate);
});

test('a certificate that misses a field, or claims another outcome, is refused with the field', t => {
	const certificate = certify(foldReport(numbered(events())), device, head);
	const {totalBytes: _, ...without} = certificate;
	for (const [value, message] of [
		[without, /totalBytes/],
		[{...certificate, outcome: 'failed'}, /outcome/],
		[{...certificate, verification: {...certificate.verification, result: 'failed'}}, /verification.result/],
		[{...certificate, journalHash: 'short'}, /journalHash/],
		[[], /c.json/],
	] as const) {
		t.throws(() => parseCertificate(JSON.stringify(value), 'c.json'), {code: 'CERTIFICATE_INVALID', message});
	}
});

test('a certificate fits a screen of 80 columns and 40 lines, says that it is a rehearsal, and shows every fact', t => {
	const certificate = certify(
		foldReport(numbered(events(verificationOf({coverage: 'sampled', sampling})))),
		device,
		head,
	);
	const lines = certificateLines(certificate);
	t.true(lines.length <= 40 && lines.every(line => line.length <= 80));
	t.regex(lines[0] ?? '', /REHEARSAL/);
	const text = lines.join(' ');
	for (const fact of [
		'SANITIZED',
		'SERIAL1',
		'clear, by overwrite',
		sampling.seed,
		head.hash,
		'/var/log/zeroize/x',
	]) {
		t.true(text.includes(fact), fact);
	}
});
