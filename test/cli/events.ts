import {createHash} from 'node:crypto';
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import type {RunEvent} from '../../src/events.ts';
import {type CliEnd, createPlace, type Place, zeroize} from '../_helpers/cli.ts';
import {isRoot} from '../_helpers/loop.ts';

const MiB = 1024 ** 2;

interface Run {
	readonly title: string;
	run(place: Place): Promise<CliEnd>;
	readonly exitCode: number;
	readonly last: Partial<RunEvent>;
	/** Where its journal ends up. */
	readonly journal?: 'state' | 'log';
}

const json = ['--progress', 'json'];

const runs: readonly Run[] = [
	{
		title: 'run',
		async run(place) {
			const image = await place.image(1_000_001);
			return zeroize([
				'run',
				'erase',
				'--device',
				`file:${image}`,
				'--confirm',
				image,
				...place.args,
				...json,
			]);
		},
		exitCode: 0,
		last: {type: 'run.finished', outcome: 'sanitized'},
		journal: 'log',
	},
	{
		title: 'verify',
		run: async place => zeroize(['verify', '--device', `file:${await place.image(4096)}`, ...json]),
		exitCode: 4,
		last: {type: 'run.finished', outcome: 'failed'},
	},
	{
		title: 'rehearse',
		run: async place =>
			zeroize(['rehearse', '--size', '1MiB', ...place.args, ...json], {env: {TMPDIR: place.directory}}),
		exitCode: 0,
		last: {type: 'run.halting', how: 'poweroff', rehearsed: true},
		journal: 'log',
	},
	{
		title: 'a refused run',
		run: async place => zeroize(['run', 'erase', '--device', '/dev/null', ...place.args, ...json]),
		exitCode: 3,
		last: {type: 'run.finished', outcome: 'refused'},
	},
	{
		title: 'an interrupted run',
		async run(place) {
			const image = await place.image(64 * MiB);
			return zeroize(
				['run', 'erase', '--device', `loop:${image}`, '--confirm', image, ...place.args, ...json],
				{
					interrupt: {when: /"run\.committed"/, signal: 'SIGINT'},
				},
			);
		},
		exitCode: 130,
		last: {type: 'run.finished', outcome: 'interrupted'},
		journal: 'state',
	},
];

const serial = isRoot ? test.serial : test.serial.skip;

for (const {title, run, exitCode, last, journal} of runs) {
	serial(`the events of ${title} have no gap and end as they must`, async t => {
		const place = await createPlace(t);
		const end = await run(place);
		t.is(end.exitCode, exitCode, end.stderr);
		const {events} = end;
		t.deepEqual(
			events.map(({seq}) => seq),
			events.map((_, index) => index + 1),
		);
		t.is(new Set(events.map(({runId}) => runId)).size, 1);
		t.true(events.every(({at}) => new Date(at).toISOString() === at));
		t.is(events[0]?.type, 'run.planned');
		t.like(events.at(-1), last);
		t.like(
			events.find(({type}) => type === 'run.finished'),
			{exitCode},
		);

		const left = await place.runs();
		t.deepEqual(
			[left.state.length, left.log.length],
			[journal === 'state' ? 1 : 0, journal === 'log' ? 1 : 0],
		);
		if (journal) {
			const text = await readFile(path.join(left[journal][0] ?? '', 'journal.jsonl'), 'utf8');
			t.is(text, toJournal(end.stdout));
		}
	});
}

const hash = (line: string): string => createHash('sha256').update(line).digest('hex');

/** What the contract says a journal is: the same lines, each with the SHA-256 of the line before it, and but for progress of itself. */
const toJournal = (stdout: string): string => {
	let prev = '0'.repeat(64);
	return stdout.replaceAll(/^(.*)\}$/gm, (_, start: string) => {
		const bare = `${start},"prev":"${prev}"}`;
		const line = start.includes('"type":"step.progress"')
			? bare
			: `${bare.slice(0, -1)},"seal":{"sha256":"${hash(bare)}"}}`;
		prev = hash(line);
		return line;
	});
};
