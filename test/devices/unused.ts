import test from 'ava';
import type {DeviceFacts, Holder} from '../../src/devices/device.ts';
import {inspectUnused} from '../../src/devices/unused.ts';
import {memoryFacts} from '../_helpers/plan.ts';

const writer: Holder = {kind: 'open', name: 'process 4711 (losetup)'};

/** The facts of one look after the other; the last ones stand. */
const looks = (...found: ReadonlyArray<Partial<DeviceFacts>>) => {
	let count = 0;
	return {
		count: () => count,
		inspect: async () => {
			count += 1;
			return memoryFacts(found[Math.min(count, found.length) - 1] ?? {});
		},
	};
};

test('what nobody uses is looked at once', async t => {
	const {inspect, count} = looks({});
	t.deepEqual((await inspectUnused(inspect)).holders, []);
	t.is(count(), 1);
});

test('who has it open for a moment is waited for', async t => {
	const {inspect, count} = looks({holders: [writer]}, {holders: [writer]}, {totalBytes: 4096});
	t.like(await inspectUnused(inspect, [1, 2, 3]), {holders: [], totalBytes: 4096});
	t.is(count(), 3);
});

test('who stays is told of, after the last pause', async t => {
	const {inspect, count} = looks({holders: [writer]});
	t.deepEqual((await inspectUnused(inspect, [1, 2])).holders, [writer]);
	t.is(count(), 3);
});

for (const [title, use] of [
	['a mount', {mountPoints: ['/mnt'], holders: [writer]}],
	['what stands on it', {holders: [writer, {kind: 'lvm', name: 'vg-lv'}]}],
] as const) {
	test(`for ${title} nobody waits`, async t => {
		const {inspect, count} = looks(use, {});
		t.like(await inspectUnused(inspect), use);
		t.is(count(), 1);
	});
}
