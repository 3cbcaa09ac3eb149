import test from 'ava';
import {parseProtection} from '../../../src/erasers/mmc/write-protection.ts';
import {capture} from '../../_helpers/drive.ts';

test('groups that are write protected are counted', async t => {
	t.is(parseProtection(await capture('mmc-0+git20220624-writeprotect-open')), 0);
	t.is(parseProtection(await capture('mmc-0+git20220624-writeprotect-protected')), 30);
	for (const kind of ['Temporary', 'Power-on', 'Permanent']) {
		t.is(parseProtection(`Write Protect Groups 3-9 (Blocks 1-2), ${kind} Write Protection\n`), 7);
	}
});

test('what says nothing about it is no answer', t => {
	t.throws(() => parseProtection('Write Protect Group size in blocks/bytes: 16384/8388608\n'), {
		message: /does not tell/,
	});
});
