import test from 'ava';
import {type Content, describeContent, repeated, zeros} from '../src/content.ts';

test('what is nothing but zeros is zeros, however it is written', t => {
	t.is(repeated('00'), zeros);
	t.is(repeated('000000'), zeros);
	t.deepEqual(repeated('FF'), {kind: 'bytes', hex: 'ff'});
	t.deepEqual(repeated('0100'), {kind: 'bytes', hex: '0100'});
});

test('a content is described in a few words, without its key', t => {
	const stream: Content = {kind: 'aes-256-ctr', key: 'ab'.repeat(32)};
	t.deepEqual([zeros, repeated('924924'), stream].map(describeContent), [
		'zeros',
		'0x924924',
		'an AES-256-CTR stream',
	]);
});
