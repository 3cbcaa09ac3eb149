import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {build} from '../../src/dev/build.ts';

/** Builds the executables before the suite that calls it, in a directory that is gone after it. */
export const buildBefore = () => {
	const built = {directory: '', x64: '', arm64: ''};
	test.before(async () => {
		built.directory = await mkdtemp(path.join(tmpdir(), 'zeroize-build-'));
		Object.assign(built, await build(built.directory));
	});
	test.after.always(async () => rm(built.directory, {recursive: true, force: true}));
	const place = async (t: ExecutionContext): Promise<string> => {
		const place = await mkdtemp(path.join(built.directory, 'test-'));
		t.teardown(async () => rm(place, {recursive: true, force: true}));
		return place;
	};

	return {built, place};
};
