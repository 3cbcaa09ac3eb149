import test, {type ExecutionContext} from 'ava';
import {createPlace, hashOf, type Place} from '../../_helpers/cli.ts';
import {runMain} from '../../_helpers/main.ts';
import {webServer} from '../../_helpers/receivers.ts';

const run = async (place: Place, image: string, ...options: readonly string[]) =>
	runMain([
		...['run', 'erase', '--device', `file:${image}`, '--confirm', image],
		...[...place.args, '--eraser', 'direct', ...options],
	]);

const isRefused = async (t: ExecutionContext, to: string, cause: RegExp): Promise<void> => {
	const place = await createPlace(t);
	const image = await place.image(4096);
	const before = await hashOf(image);
	const {exitCode, stderr} = await run(place, image, '--destination', to);
	t.is(exitCode, 3);
	t.regex(stderr, cause);
	t.regex(stderr, /hint: .*mark it as optional/);
	t.is(await hashOf(image), before);
	t.deepEqual(await place.runs(), {state: [], log: []});
};

test('a destination that does not take the announcement refuses the run: nothing is touched', async t => {
	const {port} = await webServer(t, {answer: (_, response) => void response.writeHead(507).end()});
	await isRefused(
		t,
		`http://127.0.0.1:${port}/r`,
		/delivering to http:\/\/127\.0\.0\.1:\d+\/r: .*announcement\.json answered 507/,
	);
});

test('a destination that is not found refuses the run', async t => {
	await isRefused(t, 'disk:LABEL=NO-SUCH', /looking for disk:LABEL=NO-SUCH: no file system has the label/);
});

test('addresses that cannot be meant are usage errors, in a recipe with their line', async t => {
	const place = await createPlace(t);
	const image = await place.image(4096);
	for (const [to, cause] of [
		['ftp://a', /"ftp:\/\/a" names no kind of destination/],
		['syslog+udp://127.0.0.1', /can confirm nothing/],
		['optional:https://me:secret@a/', /has a user name or password in it/],
	] as const) {
		const {exitCode, stderr} = await run(place, image, '--destination', to);
		t.is(exitCode, 2);
		t.regex(stderr, cause);
		t.false(stderr.includes('secret'));
	}

	const file = await place.write(
		'patient.yaml',
		`name: patient
title: read and deliver
summary: read and deliver
steps:
  - step: verify
  - step: deliver
    destinations:
      - to: syslog+udp://127.0.0.1
`,
	);
	const {exitCode, stderr} = await runMain(['plan', file, '--device', `file:${image}`]);
	t.is(exitCode, 2);
	t.regex(stderr, /patient\.yaml:8: .*can confirm nothing/);
	t.regex(stderr, /optional: true/);
});
