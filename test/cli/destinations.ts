import {readFile} from 'node:fs/promises';
import type {RequestListener} from 'node:http';
import path from 'node:path';
import test from 'ava';
import {readJournal} from '../../src/journal.ts';
import {createPlace, isAllZero, type Place, zeroize} from '../_helpers/cli.ts';
import {evidenceDisk} from '../_helpers/evidence-disk.ts';
import {isRoot} from '../_helpers/loop.ts';
import {runMain} from '../_helpers/main.ts';
import {syslogReceiver, webServer} from '../_helpers/receivers.ts';
import {fillUp, mountTmpfs} from '../_helpers/tmpfs.ts';

const real = isRoot ? test : test.skip;

const totalBytes = 1024 * 1024;

const args = (place: Place, image: string, ...options: readonly string[]): readonly string[] => [
	...['erase', '--device', `file:${image}`, '--progress', 'json', ...place.args],
	...['--eraser', 'direct', ...options],
];

const run = async (place: Place, image: string, ...options: readonly string[]) =>
	runMain(['run', ...args(place, image, '--confirm', image, ...options)]);

/** A recipe that erases, keeps and delivers for three seconds, and then would power off. */
const recipe = async (place: Place, destinations: string): Promise<string> =>
	place.write(
		'patient.yaml',
		`name: patient
title: erase and deliver
summary: erase and deliver
steps:
  - step: erase
    eraser: direct
  - step: verify
  - step: issue-certificate
  - step: deliver
    retryFor: 3s
    destinations:
${destinations}
  - step: power-off
`,
	);

real('a run delivers its records to a disk, a web server and a syslog receiver', async t => {
	const place = await createPlace(t);
	const image = await place.image(totalBytes);
	const [disk, web, syslog] = [await evidenceDisk(t), await webServer(t), await syslogReceiver(t)];
	const to = [
		`disk:LABEL=${disk.label}:/records`,
		`http://127.0.0.1:${web.port}/r`,
		`syslog+tcp://127.0.0.1:${syslog.port}`,
	];
	const {exitCode, stderr, events} = await zeroize([
		...['run', 'erase', '--device', `loop:${image}`, '--confirm', image, '--progress', 'json'],
		...[...place.args, ...to.flatMap(where => ['--destination', where])],
	]);
	t.is(exitCode, 0, stderr);
	t.true(await isAllZero(image, totalBytes));
	const announced = events.findIndex(({type}) => type === 'run.announced');
	t.true(announced > 0 && announced < events.findIndex(({type}) => type === 'step.started'));
	const delivered = events.find(event => event.type === 'step.finished' && event.step === 'deliver');
	t.deepEqual(delivered?.type === 'step.finished' && delivered.deliveries?.map(({to}) => to), to);

	const [log = ''] = (await place.runs()).log;
	const [certificate, journal] = await Promise.all(
		['certificate.json', 'journal.jsonl'].map(async name => readFile(path.join(log, name), 'utf8')),
	);
	const runId = path.basename(log);
	await disk.mounted(async root => {
		const folder = path.join(root, 'records', `${(await readHostname()).trim()}-${runId}`);
		t.is(await readFile(path.join(folder, 'certificate.json'), 'utf8'), certificate ?? '');
		const delivered = await readFile(path.join(folder, 'journal.jsonl'), 'utf8');
		t.true(delivered.length > 1000 && journal?.startsWith(delivered));
		t.like(JSON.parse(await readFile(path.join(folder, 'announcement.json'), 'utf8')), {
			runId,
			recipe: 'erase',
		});
	});
	const put = new Map(web.received.map(({url, text}) => [path.basename(url), text]));
	t.deepEqual([...put.keys()], ['announcement.json', 'journal.jsonl', 'run.log', 'certificate.json']);
	t.is(put.get('certificate.json'), certificate);
	t.is(readJournal(put.get('journal.jsonl') ?? '', 'journal').at(-1)?.event.type, 'step.started');
	t.true(
		syslog
			.messages()
			.at(-1)
			?.endsWith(JSON.stringify(JSON.parse(certificate ?? ''))),
	);
});

const readHostname = async () => readFile('/proc/sys/kernel/hostname', 'utf8');

test('a plan names the destinations, and delivers nothing', async t => {
	const place = await createPlace(t);
	const image = await place.image(4096);
	const {port, received} = await webServer(t);
	const to = `http://127.0.0.1:${port}/r`;
	const {exitCode, stdout} = await runMain([
		...['plan', 'ssr-zeroize', '--host', 'rehearsal', '--device', `file:${image}`, '--destination', to],
		...[...place.args, '--progress', 'plain'],
	]);
	t.is(exitCode, 0);
	t.regex(stdout, new RegExp(`delivered to: ${to} \\(PUT to 127\\.0\\.0\\.1\\)`));
	t.regex(stdout, /deliver the records/);
	t.deepEqual(received, []);
	const without = await runMain(['plan', 'ssr-zeroize', '--host', 'rehearsal', '--device', `file:${image}`]);
	t.regex(without.stdout, /deliver the records - SKIPPED: no destination was\s+named/);
});

const answering = (statusOf: (name: string, count: number) => number): RequestListener => {
	const counts = new Map<string, number>();
	return ({url = ''}, response) => {
		const name = path.basename(url);
		const count = (counts.get(name) ?? 0) + 1;
		counts.set(name, count);
		response.writeHead(statusOf(name, count)).end();
	};
};

test('optional destinations that fail cost a warning each, before and after', async t => {
	const place = await createPlace(t);
	const image = await place.image(4096);
	const {port} = await webServer(t, {answer: answering(name => (name === 'announcement.json' ? 201 : 500))});
	const optional = ['disk:LABEL=NO-SUCH', `http://127.0.0.1:${port}`].flatMap(to => [
		'--destination',
		`optional:${to}`,
	]);
	const {exitCode, stderr, events} = await run(place, image, ...optional);
	t.is(exitCode, 0, stderr);
	const warnings = events.flatMap(event => (event.type === 'run.warned' ? [event] : []));
	t.deepEqual(
		warnings.map(({code, message}) => [code, /NO-SUCH|500/.exec(message)?.[0]]),
		[
			['DESTINATION_UNREACHABLE', 'NO-SUCH'],
			['DELIVERY_FAILED', 'NO-SUCH'],
			['DELIVERY_FAILED', '500'],
		],
	);
});

test('a required one that fails afterwards is tried again, then the machine stays on', async t => {
	const place = await createPlace(t);
	const image = await place.image(4096);
	const {port, received} = await webServer(t, {
		answer: answering(name => (name === 'announcement.json' ? 201 : 500)),
	});
	const file = await recipe(place, `      - to: http://127.0.0.1:${port}/r`);
	const {end, stderr, events} = await runMain([
		...['run', file, '--device', `file:${image}`, '--confirm', image, '--host', 'rehearsal'],
		...[...place.args, '--progress', 'json'],
	]);
	t.is(end.exitCode, 6, stderr);
	t.is(end.halt, undefined);
	t.true(await isAllZero(image, 4096));
	t.is(received.filter(({url}) => url.endsWith('journal.jsonl')).length, 2);
	t.like(events.at(-1), {type: 'run.finished', outcome: 'aftercare-failed', exitCode: 6});
	t.true(events.some(event => event.type === 'step.failed' && event.code === 'DELIVERY_FAILED'));
	t.true(events.some(event => event.type === 'run.warned' && event.message.endsWith('; trying again')));
	t.true(events.some(event => event.type === 'step.skipped' && event.step === 'power-off'));
	t.regex(stderr, /deliver: delivering to http:.*answered 500/);
	t.regex(stderr, /hint: .*copy the records by hand/);
});

test('a required one that works at the second attempt is a delivery', async t => {
	const place = await createPlace(t);
	const image = await place.image(4096);
	const {port, received} = await webServer(t, {
		answer: answering((name, count) => (name === 'run.log' && count === 1 ? 503 : 201)),
	});
	const file = await recipe(place, `      - {to: 'http://127.0.0.1:${port}/r', method: post}`);
	const posted = await runMain([
		...['run', file, '--device', `file:${image}`, '--confirm', image, '--host', 'rehearsal', ...place.args],
	]);
	t.is(posted.exitCode, 0, posted.stderr);
	t.true(received.length >= 4);
	const put = await webServer(t, {
		answer: answering((name, count) => (name === 'run.log' && count === 1 ? 503 : 201)),
	});
	const other = await place.image(4096, 'other.img');
	const {exitCode, stderr} = await run(place, other, '--destination', `http://127.0.0.1:${put.port}`);
	t.is(exitCode, 0, stderr);
	t.is(put.received.filter(({url}) => url.endsWith('run.log')).length, 2);
});

test('the log of a run that failed is delivered too', async t => {
	const place = await createPlace(t);
	const image = await place.image(4096);
	const {port, received} = await webServer(t);
	const {exitCode} = await runMain([
		...['run', 'verify-only', '--device', `file:${image}`, ...place.args],
		...['--destination', `http://127.0.0.1:${port}/r`],
	]);
	t.is(exitCode, 4);
	t.regex(received.find(({url}) => url.endsWith('journal.jsonl'))?.text ?? '', /"code":"NOT_ZERO"/);
	t.false(received.some(({url}) => url.includes('certificate')));
});

real('what no directory has room for is delivered all the same', async t => {
	const place = await createPlace(t);
	const image = await place.image(4096);
	const {port, received} = await webServer(t);
	for (const directory of [place.state, place.log]) {
		await mountTmpfs(t, directory, 'size=64k,nr_inodes=2');
		await fillUp(directory);
	}

	const {exitCode} = await run(place, image, '--destination', `http://127.0.0.1:${port}`);
	t.is(exitCode, 6);
	const texts = new Map(received.map(({url, text}) => [path.basename(url), text]));
	t.like(JSON.parse(texts.get('certificate.json') ?? ''), {outcome: 'sanitized', totalBytes: 4096});
	t.true(readJournal(texts.get('journal.jsonl') ?? '', 'journal').length > 10);
});
