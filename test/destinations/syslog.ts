import test from 'ava';
import {deliverOnce} from '../../src/destinations/delivery.ts';
import {createAuthority} from '../_helpers/authority.ts';
import {deliverySurroundings, look, parcel, runId} from '../_helpers/delivery.ts';
import {failure} from '../_helpers/failure.ts';
import {datagramReceiver, rawServer, syslogReceiver} from '../_helpers/receivers.ts';

const surroundings = deliverySurroundings();

const start = (file: string, line: number) =>
	`<110>1 2026-11-21T08:15:02.000Z router_1/b zeroize ${runId} ${file.split('.')[0]} [zeroize@32473 runId="${runId}" file="${file}" line="${line}"]`;

const expected = [
	`${start('journal.jsonl', 1)} {"seq":1}`,
	`${start('journal.jsonl', 2)} \uFEFF{"seq":2,"text":"größer"}`,
	`${start('run.log', 1)} 08:15:00 started`,
	`${start('run.log', 2)} 08:15:01 ended`,
	`${start('certificate.json', 1)} {"outcome":"sanitized"}`,
];

test('over TCP every line is a message, and the certificate is one', async t => {
	const {port, messages} = await syslogReceiver(t);
	const where = await deliverOnce(await look(`syslog+tcp://127.0.0.1:${port}`), parcel, surroundings);
	t.deepEqual(messages(), expected);
	t.is(where, `5 messages to 127.0.0.1, port ${port}`);
});

test('over TLS by name', async t => {
	const authority = await createAuthority(t);
	const {port, messages} = await syslogReceiver(t, await authority.issue('localhost'));
	await deliverOnce(await look(`syslog+tls://localhost:${port}`, {ca: authority.file}), parcel, surroundings);
	t.deepEqual(messages(), expected);
});

test('over TLS an authority that did not sign gets nothing', async t => {
	const [authority, other] = await Promise.all([createAuthority(t), createAuthority(t)]);
	const {port, messages} = await syslogReceiver(t, await authority.issue('localhost'));
	for (const ca of [other.file, undefined]) {
		const destination = await look(`syslog+tls://localhost:${port}`, {ca});
		const error = await failure(t, deliverOnce(destination, parcel, surroundings));
		t.is(error.code, 'DELIVERY_FAILED');
		t.regex(error.message, /certificate/);
		t.regex(error.hint ?? '', /name the authority/);
	}

	t.deepEqual(messages(), []);
});

test('over UDP every message is a datagram, and the words promise nothing', async t => {
	const {port, messages} = await datagramReceiver(t);
	const destination = await look(`syslog+udp://127.0.0.1:${port}`, {optional: true});
	t.regex(await deliverOnce(destination, parcel, surroundings), /nobody confirms that they arrived/);
	t.deepEqual(messages(), expected);
});

test('over UDP a port where nobody listens is noticed', async t => {
	const destination = await look('syslog+udp://127.0.0.1:1', {optional: true});
	const error = await failure(t, deliverOnce(destination, parcel, surroundings));
	t.regex(error.message, /nothing listens there/);
});

test('a receiver that never ends its stream, breaks it off, or is not there, confirms nothing', async t => {
	const silent = await rawServer(t, socket => void socket.resume());
	const breaking = await rawServer(t, socket => void socket.once('data', () => socket.resetAndDestroy()));
	const cases = [
		[silent, /it did not answer within 0\.3 s/],
		[breaking, /it broke the connection off/],
		[1, /nothing listens there/],
	] as const;
	for (const [port, cause] of cases) {
		const destination = await look(`syslog+tcp://127.0.0.1:${port}`);
		const error = await failure(
			t,
			deliverOnce(destination, parcel, deliverySurroundings({timeoutMs: port === silent ? 300 : 20_000})),
		);
		t.is(error.code, 'DELIVERY_FAILED');
		t.regex(error.message, cause);
	}
});
