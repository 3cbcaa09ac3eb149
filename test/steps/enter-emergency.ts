import test from 'ava';
import {SanitizeError} from '../../src/errors.ts';
import systemd from '../../src/hosts/systemd.ts';
import enterEmergency from '../../src/steps/enter-emergency.ts';
import {fakeTools} from '../_helpers/fake-tools.ts';
import {stepContext} from '../_helpers/step-context.ts';

test('emergency mode is entered and proved', async t => {
	const {tools, calls} = await fakeTools(t, {systemctl: 'systemctl'});
	const host = systemd.create({tools, root: '/'});
	t.deepEqual(enterEmergency.scope === 'run' && (await enterEmergency.run({}, stepContext(host))), {});
	t.deepEqual((await calls('systemctl')).slice(0, 2), ['emergency', 'is-active emergency.target']);
});

test('an interruption ends the waiting for a target that is never reached', async t => {
	const {tools} = await fakeTools(t, {systemctl: [{args: 'emergency'}, {stdout: 'inactive\n', exitCode: 3}]});
	const host = systemd.create({tools, root: '/'});
	const controller = new AbortController();
	setTimeout(() => controller.abort(new SanitizeError('INTERRUPTED', 'interrupted')), 300);
	const context = stepContext(host, {signal: controller.signal});
	const error = await t.throwsAsync(
		async () => enterEmergency.scope === 'run' && enterEmergency.run({}, context),
		{instanceOf: SanitizeError},
	);
	t.is(error?.code, 'INTERRUPTED');
});
