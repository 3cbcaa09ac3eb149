import test from 'ava';
import {readOptions} from '../../../src/dev/bench/options.ts';

const GiB = 1024 ** 3;

test('the standard profile has 4 GiB with all tools, up to 16 GiB, up to 16 devices, and a disk', t => {
	const {profile, groups, only, writesReadme} = readOptions([]);
	t.is(profile, 'standard');
	t.deepEqual(only, []);
	t.false(writesReadme);
	t.true(groups.some(({bytes, devices, isCoreOnly}) => bytes === 4 * GiB && devices === 1 && !isCoreOnly));
	t.is(Math.max(...groups.map(({bytes}) => bytes)), 16 * GiB);
	t.is(Math.max(...groups.map(({devices}) => devices)), 16);
	t.true(groups.some(({medium}) => medium === 'disk'));
});

test('sizes, devices and media are crossed', t => {
	const {profile, groups} = readOptions(['--sizes', '64MiB,1GiB', '--devices', '1,4', '--media', 'disk']);
	t.is(profile, 'standard, changed by options');
	t.deepEqual(
		groups.map(({medium, bytes, devices}) => [medium, bytes / 1024 ** 2, devices]),
		[
			['disk', 64, 1],
			['disk', 64, 4],
			['disk', 1024, 1],
			['disk', 1024, 4],
		],
	);
});

test('--runs goes for the slow ones, too', t => {
	const {groups} = readOptions(['--quick', '--runs', '2']);
	for (const {runs} of groups) {
		t.deepEqual(runs, {fast: 2, slow: 2, slowest: 2});
	}
});

for (const [args, message] of [
	[['--sizes', '1000'], /whole MiB/],
	[['--devices', '0'], /from 1 to 64/],
	[['--runs', 'many'], /from 1 to 64/],
	[['--media', 'tape'], /tmpfs and disk/],
	[['--fast'], /--fast/],
] as const) {
	test(`${args.join(' ')} is refused`, t => {
		t.throws(() => readOptions(args), {message});
	});
}
