import test from 'ava';
import {syslogMessages} from '../../../src/destinations/syslog/message.ts';
import {runId} from '../../_helpers/delivery.ts';

const at = new Date(0);

const messagesOf = (text: string, name = 'run.log', hostname = 'host') =>
	syslogMessages({runId, hostname, files: [{name, mediaType: 'text/plain', text}]}, at);

/** RFC 5424, section 6, as far as it is used. */
const grammar =
	/^<\d{1,3}>1 \S+ [!-~]{1,255} [!-~]{1,48} [!-~]{1,128} [!-~]{1,32} \[[!-~]+@32473((?: \w+="(?:[^"\\\]]|\\["\\\]])*")+)\] (\uFEFF?)(.*)$/u;

test('a line that is too long for a receiver comes in parts, and nothing of it is lost', t => {
	const line = 'é'.repeat(3000) + 'x'.repeat(1000);
	const messages = messagesOf(`${line}\nshort\n`);
	t.true(messages.length > 4);
	const parts = messages.map(message => grammar.exec(message) ?? []);
	for (const [index, message] of messages.entries()) {
		t.true(Buffer.byteLength(message) <= 2048);
		t.is(parts[index]?.length, 4, message);
	}

	t.is(
		parts
			.slice(0, -1)
			.map(([, , , text]) => text)
			.join(''),
		line,
	);
	t.regex(parts[0]?.[1] ?? '', new RegExp(` line="1" part="1" parts="${messages.length - 1}"$`));
	t.regex(messages.at(-1) ?? '', / line="2"\] short$/);
});

test('no name of a host or file breaks the grammar', t => {
	for (const name of ['a b"]\\.json', 'ä.log', `${'x'.repeat(300)}.log`, '.log']) {
		const [message = ''] = messagesOf('text', name, name);
		t.regex(message, grammar);
		t.true(Buffer.byteLength(message) <= 2048);
	}
});

test('empty lines are no messages', t => {
	t.deepEqual(messagesOf('\n\n'), []);
});
