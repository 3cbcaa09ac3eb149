import test from 'ava';
import type {Device} from '../../src/devices/device.ts';
import {recipeOf} from '../_helpers/plan.ts';
import {runOnMemory} from '../_helpers/run-on-memory.ts';

const totalBytes = 4 * 1024 ** 2;
const writer = {kind: 'open', name: 'process 4711 (losetup)'} as const;

interface Visit {
	/** Which look at the device it begins with, and with how many of them it lasts. */
	readonly from: 'first write' | 'last read';
	readonly looks: number;
}

/** A disk that somebody has open for a while. */
const visited = (device: Device, {from, looks}: Visit): Device => {
	let left = looks;
	let isRead = false;
	return {
		...device,
		async read(position, buffer) {
			isRead ||= position + buffer.length === totalBytes;
			return device.read(position, buffer);
		},
		async inspect() {
			const facts = await device.inspect();
			const isThere = left > 0 && (from === 'first write' || isRead);
			left -= isThere ? 1 : 0;
			return isThere ? {...facts, holders: [writer]} : facts;
		},
	};
};

const run = async (t: Parameters<typeof runOnMemory>[0], visit: Visit) => {
	const {events} = await runOnMemory(t, {
		recipe: recipeOf(['erase', {eraser: 'direct'}], ['verify', {coverage: 'full', overlap: false}]),
		devices: [{serial: 'S', totalBytes, watch: device => visited(device, visit)}],
	});
	const end = events.at(-1);
	const codes = events.flatMap(event => (event.type === 'step.failed' ? [event.code] : []));
	return {outcome: end?.type === 'run.finished' ? end.outcome : undefined, codes};
};

test('who has it open for a moment at the first write does no harm', async t => {
	t.deepEqual(await run(t, {from: 'first write', looks: 2}), {outcome: 'sanitized', codes: []});
});

test('who stays is refused before the first write', async t => {
	t.like(await run(t, {from: 'first write', looks: 100}), {codes: ['DEVICE_BUSY']});
});

test('who has it open after the last read may have written, and fails the device, however short it is', async t => {
	const end = await run(t, {from: 'last read', looks: 1});
	t.deepEqual(end, {outcome: 'failed', codes: ['DEVICE_CHANGED']});
});
