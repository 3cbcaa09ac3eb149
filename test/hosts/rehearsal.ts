import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import rehearsal from '../../src/hosts/rehearsal.ts';
import systemd from '../../src/hosts/systemd.ts';
import enterEmergency from '../../src/steps/enter-emergency.ts';
import stopService from '../../src/steps/stop-service.ts';
import {fakeTools} from '../_helpers/fake-tools.ts';
import {stepContext} from '../_helpers/step-context.ts';

test('the rehearsal records what the system host runs, word for word, and runs nothing', async t => {
	const {tools, calls, directory} = await fakeTools(t, {systemctl: 'systemctl'});
	await writeFile(path.join(directory, 'emergency-state'), 'active\n');
	const recorded = [];
	for (const definition of [systemd, rehearsal]) {
		const host = definition.create({tools, root: '/'});
		const context = stepContext(host);
		if (stopService.scope === 'run' && enterEmergency.scope === 'run') {
			await stopService.run({unit: '128T', timeout: 1000}, context);
			await enterEmergency.run({}, context);
		}

		recorded.push(host.recorded);
	}

	t.deepEqual(recorded[1], recorded[0]);
	t.is((await calls('systemctl')).length, recorded[0]?.length ?? -1);
	t.true(recorded[0]?.includes('systemctl stop 128T'));
	t.true(recorded[0]?.includes('systemctl emergency'));
});

test('a rehearsed halt is recorded as the documented command', async t => {
	const {tools} = await fakeTools(t, {});
	const host = rehearsal.create({tools, root: '/'});
	await host.halt({how: 'poweroff', by: 'sysrq'});
	t.deepEqual(host.recorded, ['echo o > /proc/sysrq-trigger']);
	t.deepEqual(await host.serviceLog('128T', 5), []);
});
