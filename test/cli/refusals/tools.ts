import test from 'ava';
import {createPlace, hashOf, zeroize, zeroizeScript} from '../../_helpers/cli.ts';
import {captured, fakeTools} from '../../_helpers/fake-tools.ts';
import {isRoot, loopsOf} from '../../_helpers/loop.ts';

const serial = isRoot ? test.serial : test.serial.skip;

serial('a dd that cannot prove what it wrote is refused before it writes', async t => {
	const place = await createPlace(t);
	const image = await place.image(8192);
	const before = await hashOf(image);
	const stderr = await captured('dd', 'busybox-1.35.0-version');
	const {directory, calls} = await fakeTools(t, {dd: [{args: '--version', stderr, exitCode: 1}]});
	const args = ['run', 'erase', '--device', `loop:${image}`, '--confirm', image, '--eraser', 'dd'];
	const end = await zeroize([...args, ...place.args, '--progress', 'json'], {
		env: {PATH: `${directory}:${process.env['PATH']}`},
	});
	t.is(end.exitCode, 3, end.stderr);
	t.regex(end.stderr, /starting erase: this dd is BusyBox 1\.35\.0, which cannot prove what it wrote/);
	t.regex(end.stderr, /hint: install GNU coreutils .*, or use the eraser direct/);
	t.like(end.events.at(-1), {type: 'run.finished', outcome: 'refused', exitCode: 3});
	t.deepEqual(await calls('dd'), ['--version']);
	t.is(await hashOf(image), before);
	t.deepEqual(await loopsOf(image), []);
	const {state, log} = await place.runs();
	t.deepEqual([state.length, log.length], [0, 0], 'nothing was begun, so there is no log');
});

for (const [tool, scheme] of [
	['dd', 'file'],
	['losetup', 'loop'],
] as const) {
	serial(`a missing ${tool} is refused, with the package that has it`, async t => {
		const place = await createPlace(t);
		const image = await place.image(8192);
		const before = await hashOf(image);
		// In a mount namespace of its own, where the program is hidden from everybody.
		const hide = `for file in $(type -ap ${tool}); do mount --bind /dev/null "$file"; done`;
		const end = await zeroizeScript(
			`unshare --mount bash -c '${hide}; exec "$NODE" "$CLI" "$@"' zeroize run erase --eraser dd --device '${scheme}:${image}' --confirm '${image}' ${place.args.join(' ')}`,
		);
		t.is(end.exitCode, 3, end.stderr);
		t.regex(end.stderr, new RegExp(`looking for ${tool}: it is not installed`));
		t.regex(end.stderr, /hint: install it: apt-get install /);
		t.is(await hashOf(image), before);
		t.deepEqual(await place.runs(), {state: [], log: []});
	});
}
