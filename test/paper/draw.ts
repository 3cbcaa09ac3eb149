import test from 'ava';
import {SanitizeError} from '../../src/errors.ts';
import {draw} from '../../src/paper/draw.ts';
import {carryOut} from '../../src/paper/task.ts';
import {certificateFixtures} from '../_helpers/certificates.ts';
import {taskOf} from '../_helpers/papers.ts';

const texts = [certificateFixtures.long, certificateFixtures.loop];

const never = new AbortController().signal;

for (const kind of ['certificates', 'summary'] as const) {
	test(`the thread draws ${kind}; the same task gives the same bytes`, async t => {
		const task = await taskOf(texts, {kind});
		const bytes = Buffer.from(await draw(task, never));
		t.true(bytes.subarray(0, 5).equals(Buffer.from('%PDF-')));
		t.true(bytes.equals(Buffer.from(await carryOut(task))));
	});
}

test('what the file says of its making is of the newest certificate', async t => {
	const newer = certificateFixtures.loop.replace(
		/"finishedAt": ".*"/,
		'"finishedAt": "2031-02-03T04:05:06.000Z"',
	);
	const bytes = Buffer.from(await carryOut(await taskOf([newer, certificateFixtures.long])));
	t.true(bytes.includes('(D:20310203040506Z)'));
	t.false(bytes.includes(`(D:${new Date().getUTCFullYear()}${'0'}`));
});

test('a font that is none is a usage error, through the thread', async t => {
	const task = await taskOf(texts);
	await t.throwsAsync(draw({...task, fonts: {...task.fonts, other: Buffer.from('no font')}}, never), {
		instanceOf: SanitizeError,
		code: 'USAGE',
		message: /reading the font/,
	});
});

test('an interruption ends the thread', async t => {
	const controller = new AbortController();
	const reason = new SanitizeError('INTERRUPTED', 'interrupted by SIGINT');
	const drawing = draw(await taskOf(texts), controller.signal);
	controller.abort(reason);
	t.is(await t.throwsAsync(drawing), reason);
	t.is(await t.throwsAsync(draw(await taskOf(texts), controller.signal)), reason);
});
