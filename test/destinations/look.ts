import test from 'ava';
import type {DestinationWish} from '../../src/destinations/destination.ts';
import {destinations} from '../../src/destinations/index.ts';
import {checkDestination} from '../../src/destinations/look.ts';
import {SanitizeError} from '../../src/errors.ts';
import {look} from '../_helpers/delivery.ts';
import {failure} from '../_helpers/failure.ts';

const good: ReadonlyArray<DestinationWish | string> = [
	'disk:LABEL=EVIDENCE',
	'disk:LABEL=my stick:/records/2026',
	'disk:UUID=1234-ABCD',
	'disk:/dev/sdb1',
	'disk:/dev/disk/by-path/pci-0000:00:14.0-usb-0:1:1.0-scsi-0:0:0:0-part1:/records',
	'http://192.0.2.1:8080/records/',
	'https://archive.example/records',
	'HTTPS://archive.example',
	'https://[2001:db8::1]:8443/a%20b',
	'syslog+tcp://log.example',
	'syslog+tls://log.example:6515/',
	{to: 'syslog+udp://log.example', optional: true},
	{to: 'https://archive.example', optional: false, method: 'post', ca: 'ca.pem'},
	{to: 'syslog+tls://log.example', optional: true, ca: 'ca.pem'},
];

for (const wish of good) {
	const name = typeof wish === 'string' ? wish : JSON.stringify(wish);
	test(`${name} can be a destination`, t => {
		t.notThrows(() => checkDestination(typeof wish === 'string' ? {to: wish, optional: false} : wish));
	});
}

interface Bad {
	readonly to: string;
	readonly more?: Partial<DestinationWish>;
	readonly cause: RegExp;
	readonly hint: RegExp;
}

const bad: readonly Bad[] = [
	{to: 'ftp://a/b', cause: /names no kind of destination/, hint: /disk:LABEL=NAME.*https:.*syslog\+tls:/},
	{to: '', cause: /names no kind of destination/, hint: /write it as/},
	{to: '/mnt/usb', cause: /names no kind/, hint: /write it as/},
	{to: 'disk:', cause: /names no disk/, hint: /disk:LABEL=EVIDENCE/},
	{to: 'disk:LABEL=', cause: /names no disk/, hint: /disk:LABEL=EVIDENCE/},
	{to: 'disk:EVIDENCE', cause: /names no disk/, hint: /disk:LABEL=EVIDENCE/},
	{to: 'disk:/mnt/usb', cause: /names no disk/, hint: /disk:\/dev\/sdb1/},
	{to: 'disk:LABEL=A:/../etc', cause: /names no disk/, hint: /:\/records/},
	{to: 'disk:LABEL=A\nB', cause: /names no disk/, hint: /disk:LABEL=/},
	{to: 'disk:LABEL=A', more: {method: 'post'}, cause: /"method" means nothing/, hint: /https:/},
	{to: 'http://', cause: /is not an address/, hint: /https:\/\/host\/path/},
	{to: 'http://a/', more: {ca: 'ca.pem'}, cause: /"ca" means nothing/, hint: /https: and syslog\+tls:/},
	{to: 'https://a/?token=secret', cause: /has a "\?" or "#" in it/, hint: /leave it out/},
	{to: 'https://me:secret@a/', cause: /has a user name or password/, hint: /journal/},
	{to: 'https://secret@', cause: /is not an address/, hint: /write it as/},
	{to: 'syslog+tcp://me:secret@a', cause: /has a user name or password/, hint: /journal/},
	{to: 'syslog+tcp://a/secret', cause: /has a path/, hint: /syslog\+tls:\/\/host/},
	{to: 'syslog+tcp://a', more: {ca: 'ca.pem'}, cause: /"ca" means nothing/, hint: /syslog\+tls:/},
	{to: 'syslog+udp://a', cause: /can confirm nothing/, hint: /optional:syslog\+udp:\/\/.*syslog\+tcp:/},
];

for (const {to, more = {}, cause, hint} of bad) {
	test(`${JSON.stringify(to)} ${JSON.stringify(more)} cannot be a destination`, t => {
		const error = t.throws(() => checkDestination({to, optional: false, ...more}), {
			instanceOf: SanitizeError,
		});
		t.is(error?.code, 'USAGE');
		t.regex(error?.message ?? '', cause);
		t.regex(error?.hint ?? '', hint);
		t.false(/secret@|=secret/.test(`${error?.message}${error?.hint}`));
	});
}

test('every kind says how its addresses are written, and takes what they begin with', t => {
	for (const {forms, prefixes, summary} of destinations) {
		t.true(summary.length > 0);
		for (const prefix of prefixes) {
			t.true(
				forms.some(form => form.startsWith(prefix)),
				prefix,
			);
		}
	}
});

test('a name becomes addresses, and what was found is plain JSON', async t => {
	const found = await look('https://localhost:8443/records');
	t.like(found, {kind: 'http', tools: [], optional: false});
	const {addresses} = found.resolved as {addresses: readonly string[]};
	t.true(addresses.includes('127.0.0.1') || addresses.includes('::1'));
	t.deepEqual(JSON.parse(JSON.stringify(found)), found);
});

test('a name without address refuses, and is told of where it is optional', async t => {
	const to = 'https://no-such-host.invalid/';
	const error = await failure(t, look(to));
	t.is(error.code, 'DESTINATION_UNREACHABLE');
	t.regex(error.message, /looking for the address of no-such-host\.invalid/);
	t.regex(error.hint ?? '', /write its IP address/);
	t.like(await look(to, {optional: true}), {resolved: null, optional: true, found: error.message});
});

test('an authority that is missing, or none, refuses', async t => {
	const missing = await failure(t, look('https://127.0.0.1/', {ca: '/no/such/ca.pem'}));
	t.is(missing.code, 'DESTINATION_UNREACHABLE');
	t.regex(missing.message, /reading \/no\/such\/ca\.pem: no such file/);
	const none = await failure(t, look('syslog+tls://127.0.0.1', {ca: import.meta.filename}));
	t.regex(none.message, /it holds no certificate in PEM form/);
});
