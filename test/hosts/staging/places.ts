import path from 'node:path';
import test from 'ava';
import {findStagedRun} from '../../../src/hosts/staging/places.ts';
import {temporaryDirectory} from '../../_helpers/fake-tools.ts';
import {writeTree} from '../../_helpers/surroundings.ts';

test('the run that was staged is found below the root, and nothing where there is none', async t => {
	const root = await temporaryDirectory(t);
	t.is(findStagedRun(root), null);
	await writeTree(root, {'zeroize-state/20261121T081500Z-1f2e3d4c/journal.jsonl': ''});
	t.is(findStagedRun(root), path.join(root, 'zeroize-state/20261121T081500Z-1f2e3d4c'));
});
