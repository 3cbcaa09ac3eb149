import type {RequestListener} from 'node:http';
import test from 'ava';
import {deliverOnce} from '../../src/destinations/delivery.ts';
import {createAuthority} from '../_helpers/authority.ts';
import {deliverySurroundings, look, parcel, runId} from '../_helpers/delivery.ts';
import {failure} from '../_helpers/failure.ts';
import {rawServer, webServer} from '../_helpers/receivers.ts';

const surroundings = deliverySurroundings();

test('each file is put below the address, in a directory of the run', async t => {
	const {port, received} = await webServer(t);
	const destination = await look(`http://127.0.0.1:${port}/records/`);
	t.is(await deliverOnce(destination, parcel, surroundings), `http://127.0.0.1:${port}/records/${runId}/`);
	t.deepEqual(
		received.map(({method, url, type, text}) => ({method, url, type, text})),
		parcel.files.map(({name, mediaType, text}) => ({
			method: 'PUT',
			url: `/records/${runId}/${name}`,
			type: mediaType,
			text,
		})),
	);
});

test('what is posted goes to the address itself, each file with its name', async t => {
	const {port, received} = await webServer(t);
	const to = `http://127.0.0.1:${port}/hook`;
	const where = await deliverOnce(await look(to, {method: 'post'}), parcel, surroundings);
	t.is(where, to);
	t.deepEqual(
		received.map(({method, url, disposition, text}) => ({method, url, disposition, text})),
		parcel.files.map(({name, text}) => ({
			method: 'POST',
			url: '/hook',
			disposition: `attachment; filename="${name}"`,
			text,
		})),
	);
});

test('over TLS by name, with an authority whose file is gone and no name server', async t => {
	const authority = await createAuthority(t);
	const {port, received} = await webServer(t, {keys: await authority.issue('archive.example')});
	const planned = await look(`https://localhost:${port}/r`, {ca: authority.file});
	// As the look would have found it: nothing on this machine resolves that name now.
	const resolved = {...planned.resolved, url: `https://archive.example:${port}/r`};
	await deliverOnce({...planned, resolved: JSON.parse(JSON.stringify(resolved))}, parcel, surroundings);
	t.is(received.length, parcel.files.length);
	t.is(received[0]?.host, `archive.example:${port}`);
});

test('a certificate for another name, and one of another authority, confirm nothing', async t => {
	const [authority, other] = await Promise.all([createAuthority(t), createAuthority(t)]);
	const keys = await authority.issue('archive.example');
	const {port, received} = await webServer(t, {keys});
	for (const {file} of [authority, other]) {
		const destination = await look(`https://localhost:${port}/`, {ca: file});
		const error = await failure(t, deliverOnce(destination, parcel, surroundings));
		t.is(error.code, 'DELIVERY_FAILED');
		t.regex(error.message, /altnames|signature|certificate/);
		t.regex(error.hint ?? '', /name the authority/);
	}

	t.deepEqual(received, []);
});

interface Failing {
	readonly title: string;
	readonly answer: RequestListener;
	readonly cause: RegExp;
	readonly hint: RegExp;
}

const failing: readonly Failing[] = [
	{
		title: 'an error of the server',
		answer: (_, response) => void response.writeHead(500).end('disk\nfull'),
		cause: /journal\.jsonl answered 500 Internal Server Error: disk full/,
		hint: /log of the receiver/,
	},
	{
		title: 'a redirect',
		answer: (_, response) => void response.writeHead(307, {location: 'https://elsewhere/'}).end(),
		cause: /answered 307: it redirects to https:\/\/elsewhere\//,
		hint: /not followed: name the place itself/,
	},
	{
		title: 'a refusal',
		answer: (_, response) => void response.writeHead(403).end(),
		cause: /answered 403 Forbidden$/,
		hint: /takes files with this method/,
	},
	{
		title: 'no answer',
		answer: () => {},
		cause: /it did not answer within 0\.3 s/,
		hint: /stuck/,
	},
	{
		title: 'an answer that never ends',
		answer: (_, response) => void response.writeHead(404).write('wait'),
		cause: /it did not answer within 0\.3 s/,
		hint: /stuck/,
	},
	{
		title: 'a connection that is broken off',
		answer: ({socket}) => void socket.resetAndDestroy(),
		cause: /it broke the connection off/,
		hint: /log of the receiver/,
	},
];

for (const {title, answer, cause, hint} of failing) {
	test(`${title} confirms nothing`, async t => {
		const {port, received} = await webServer(t, {answer});
		const to = `http://127.0.0.1:${port}`;
		const error = await failure(
			t,
			deliverOnce(
				await look(to),
				parcel,
				deliverySurroundings({timeoutMs: hint.source === 'stuck' ? 300 : 20_000}),
			),
		);
		t.is(error.code, 'DELIVERY_FAILED');
		t.true(error.message.startsWith(`delivering to ${to}: `));
		t.regex(error.message, cause);
		t.regex(error.hint ?? '', hint);
		t.is(received.length, 1);
	});
}

test('nobody there, and somebody who does not speak HTTP, confirm nothing', async t => {
	const closed = await failure(t, deliverOnce(await look('http://127.0.0.1:1/'), parcel, surroundings));
	t.regex(closed.message, /nothing listens there: connect ECONNREFUSED 127\.0\.0\.1:1/);
	t.regex(closed.hint ?? '', /start the receiver, or correct the port/);
	const port = await rawServer(t, socket => void socket.end('hello\r\n\r\n'));
	const other = await failure(t, deliverOnce(await look(`http://127.0.0.1:${port}/`), parcel, surroundings));
	t.is(other.code, 'DELIVERY_FAILED');
});

test('an interruption is one, and no failure of the receiver', async t => {
	const controller = new AbortController();
	const reason = new Error('interrupted');
	const {port} = await webServer(t, {answer: () => controller.abort(reason)});
	const {signal} = controller;
	const destination = await look(`http://127.0.0.1:${port}/`);
	const error = await t.throwsAsync(deliverOnce(destination, parcel, deliverySurroundings({signal})));
	t.is(error, reason);
});
