import {existsSync} from 'node:fs';
import test, {type ExecutionContext} from 'ava';
import {createPlace, hashOf, type Place} from './cli.ts';
import {isRoot, loopsOf} from './loop.ts';
import {runMain} from './main.ts';

export interface Prepared {
	readonly devices: readonly string[];
	/** The right one by default, so that nothing but the rule stands in the way. */
	readonly confirm?: readonly string[];
	readonly options?: readonly string[];
	/** What must not change. */
	readonly images?: readonly string[];
}

interface Refusal {
	readonly title: string;
	prepare(t: ExecutionContext, place: Place): Promise<Prepared>;
	readonly exitCode?: number;
	readonly cause: RegExp;
	readonly wayOut: RegExp;
	/** False where only carrying it out finds the obstacle. */
	readonly isPlanned?: boolean;
}

const serial = isRoot ? test.serial : test.serial.skip;

/** Each is refused by `run` with its cause and a way out, foretold by `plan`, and leaves everything as it was. */
export const refuses = (cases: readonly Refusal[]): void => {
	for (const refusal of cases) {
		serial(`${refusal.title} is refused, and nothing is touched`, async t => checkRefusal(t, refusal));
	}
};

const checkRefusal = async (
	t: ExecutionContext,
	{prepare, exitCode = 3, cause, wayOut, isPlanned = true}: Refusal,
): Promise<void> => {
	const place = await createPlace(t);
	const prepared = await prepare(t, place);
	const options = [...place.args, ...(prepared.options ?? []), '--progress', 'json'];
	const before = await hashesOf(prepared);
	const loopsBefore = await Promise.all((prepared.images ?? []).map(async image => loopsOf(image)));

	const args = ['run', 'erase', ...deviceArgs(prepared), ...confirmationsOf(prepared), ...options];
	const end = await runMain(args);
	t.is(end.exitCode, exitCode, end.stderr);
	const [said = '', hint = ''] = end.stderr.split(/^hint: /m);
	t.regex(said, cause);
	t.regex(said, /^zeroize: starting erase: /);
	t.regex(hint, wayOut);
	t.is(end.events.at(-1)?.type, 'run.finished');
	t.like(end.events.at(-1), {exitCode, outcome: 'refused'});
	t.false(end.events.some(({type}) => type === 'run.committed'));

	const plan = await runMain(['plan', 'erase', ...deviceArgs(prepared), ...options]);
	t.is(plan.exitCode, isPlanned ? exitCode : 0, plan.stderr);

	t.deepEqual(await hashesOf(prepared), before);
	t.deepEqual(await Promise.all((prepared.images ?? []).map(async image => loopsOf(image))), loopsBefore);
	t.deepEqual(await place.runs(), {state: [], log: []});
	t.false(existsSync('/dev/zeroize-missing'));
};

export const onFile = async (place: Place): Promise<Prepared> => {
	const image = await place.image(4096);
	return {devices: [`file:${image}`], images: [image]};
};

const deviceArgs = ({devices}: Prepared): readonly string[] =>
	devices.flatMap(device => ['--device', device]);

const confirmationsOf = ({devices, confirm}: Prepared): readonly string[] =>
	(confirm ?? devices.map(device => device.replace(/^(?:loop|file):/, ''))).flatMap(text => [
		'--confirm',
		text,
	]);

const hashesOf = async ({images = []}: Prepared) => Promise.all(images.map(async image => hashOf(image)));
