import test from 'ava';
import type {EventBody} from '../../../src/events.ts';
import {createNarrator} from '../../../src/views/text/narrator.ts';
import tty from '../../../src/views/tty.ts';
import {capable} from '../../_helpers/nvme-drive.ts';
import {memoryFacts, numbered, planOf, recipeOf} from '../../_helpers/plan.ts';

const facts = memoryFacts({kind: 'disk', transport: 'nvme', drive: capable});
const names = {device: facts.path};
const bytes = {bytes: 32_768, totalBytes: 65_536, bytesPerSecond: 1024, etaSeconds: 32};

const events: readonly EventBody[] = [
	{
		type: 'run.planned',
		plan: planOf({
			devices: [facts],
			recipe: recipeOf(
				['purge', {eraser: 'auto', canary: true}],
				['erase', {eraser: 'direct'}],
				['verify', {coverage: 'full', percent: 10}],
			),
		}),
	},
	{type: 'step.started', step: 'purge', title: 'purge with nvme-sanitize', ...names},
	{type: 'run.committed', device: facts},
	{type: 'command.started', step: 'purge', ...names},
	{
		...{type: 'step.finished', step: 'purge', ...names, durationMs: 1000, method: 'purge'},
		...{technique: 'block-erase', eraser: 'nvme-sanitize', tool: {name: 'nvme', version: '2.3'}},
		...{writtenBytes: 65_536, leaves: {kind: 'drive-defined'}},
	},
	{type: 'step.started', step: 'erase', title: 'erase with direct', ...names},
	{
		...{type: 'step.finished', step: 'erase', ...names, durationMs: 1000, method: 'clear'},
		...{technique: 'overwrite', eraser: 'direct', tool: {name: 'direct', version: '1'}, writtenBytes: 65_536},
	},
	{
		...{type: 'run.finished', outcome: 'sanitized', exitCode: 0},
		devices: [
			{
				...{path: facts.path, serial: 'SERIAL1', outcome: 'sanitized', totalBytes: 65_536},
				...{writtenBytes: 65_536, verifiedBytes: 65_536, unwritable: [], unreadable: [], nonZero: []},
				...{unwritableRanges: 0, unwritableBytes: 0, nonZeroRanges: 0, nonZeroBytes: 0},
				...{unreadableRanges: 0, unreadableBytes: 0},
				purged: {eraser: 'nvme-sanitize', technique: 'block-erase'},
			},
		],
	},
];

test('lines tell the purge and the overwrite apart', t => {
	const narrate = createNarrator(80);
	const told = numbered(events).flatMap(event => narrate(event));
	const lines = told.map(line => (typeof line === 'string' ? line : ''));
	for (const line of [
		'[1/3] purge with nvme-sanitize /dev/sdz',
		'[1/3] purge /dev/sdz the drive gets its command',
		'[1/3] purge /dev/sdz done in 1 s',
		'  64 KiB (65536 bytes) erased by the drive itself, told by nvme 2.3',
		'[2/3] erase with direct /dev/sdz',
		'[2/3] erase /dev/sdz done in 1 s',
		'  64 KiB (65536 bytes) written by direct 1',
		'  purged by block-erase, all 64 KiB written, all 64 KiB read back',
	]) {
		t.true(lines.includes(line), `${line}\n${lines.join('\n')}`);
	}
});

test('so does the line of a device in the task list', t => {
	for (const step of ['purge', 'erase']) {
		const [event] = numbered([{type: 'step.progress', step, ...names, ...bytes}]);
		t.true(event?.type === 'step.progress' && tty.describeLane?.(facts.path, event).includes(` ${step} `));
	}
});
