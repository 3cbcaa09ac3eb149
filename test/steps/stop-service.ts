import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {SanitizeError} from '../../src/errors.ts';
import systemd from '../../src/hosts/systemd.ts';
import stopService from '../../src/steps/stop-service.ts';
import {fakeTools} from '../_helpers/fake-tools.ts';
import {stepContext} from '../_helpers/step-context.ts';

const prepare = async (t: ExecutionContext, files: Record<string, string> = {}) => {
	const fakes = await fakeTools(t, {systemctl: 'systemctl', journalctl: [{stdout: 'line one\nline two\n'}]});
	for (const [name, text] of Object.entries(files)) {
		await writeFile(path.join(fakes.directory, name), `${text}\n`);
	}

	return {...fakes, host: systemd.create({tools: fakes.tools, root: '/'})};
};

const run = async (host: Parameters<typeof stepContext>[0], timeout = 1000, signal?: AbortSignal) => {
	if (stopService.scope !== 'run') {
		throw new TypeError('stop-service is a run step');
	}

	return stopService.run({unit: '128T', timeout}, stepContext(host, signal ? {signal} : {}));
};

test('a running service is stopped and seen to be inactive', async t => {
	const {host, calls} = await prepare(t);
	t.deepEqual(await run(host), {});
	t.true((await calls('systemctl')).includes('stop 128T'));
});

test('a service that ended as failed has no process left either', async t => {
	const {host} = await prepare(t, {'after-stop': 'failed'});
	t.deepEqual(await run(host), {});
});

test('a service that is not installed is skipped, and said to be', async t => {
	const {host, calls} = await prepare(t, {state: 'inactive', load: 'not-found'});
	t.deepEqual(await run(host), {skipped: '128T is not installed on this machine'});
	t.false((await calls('systemctl')).some(call => call.startsWith('stop')));
});

test('a service that will not stop fails the step with its last log lines', async t => {
	const {host} = await prepare(t, {'after-stop': 'deactivating'});
	const error = await t.throwsAsync(run(host, 600), {instanceOf: SanitizeError});
	t.is(error?.code, 'SERVICE_STILL_ACTIVE');
	t.regex(error?.message ?? '', /still deactivating.*\n {2}line one\n {2}line two/);
	t.regex(error?.hint ?? '', /nothing was erased/);
});

test('a stop that systemctl refuses fails with its words and the log', async t => {
	const {host} = await prepare(t, {'stop-exit': '5'});
	const error = await t.throwsAsync(run(host), {instanceOf: SanitizeError});
	t.is(error?.code, 'TOOL_FAILED');
	t.regex(error?.message ?? '', /stopping 128T: .*\n {2}line one/s);
});

test('an interruption ends the waiting', async t => {
	const {host} = await prepare(t, {'after-stop': 'deactivating'});
	const controller = new AbortController();
	setTimeout(() => controller.abort(new SanitizeError('INTERRUPTED', 'interrupted')), 300);
	const error = await t.throwsAsync(run(host, 60_000, controller.signal), {instanceOf: SanitizeError});
	t.is(error?.code, 'INTERRUPTED');
});

test('the plan shows the documented command, and the tools are needed on the real host alone', t => {
	const planning = {
		host: 'system',
		stateDir: '/tmp',
		logDir: '/var/log',
		logRefused: null,
		destinations: [],
		devices: [],
	} as const;
	const options = {unit: '128T', timeout: 1};
	t.is(stopService.plan(options, planning).commands?.[0], 'systemctl stop 128T');
	t.deepEqual(stopService.tools(options, planning), ['systemctl', 'journalctl']);
	t.deepEqual(stopService.tools(options, {...planning, host: 'rehearsal'}), []);
});
