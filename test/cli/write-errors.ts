import test from 'ava';
import {badDisk} from '../_helpers/bad-disk.ts';
import {createPlace, zeroize} from '../_helpers/cli.ts';

test('x', async t => {
	const disk = await badDisk(t, 8 * 1024 ** 2, [{offset: 4 * 1024 ** 2, length: 512}]);
	const place = await createPlace(t);
	for (const eraser of ['dd', 'direct']) {
		const end = await zeroize([
			'run',
			'erase',
			'--device',
			disk.node,
			'--confirm',
			disk.node,
			'--eraser',
			eraser,
			'--progress',
			'plain',
			...place.args,
		]);
	}
	t.pass();
});
