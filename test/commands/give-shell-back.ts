import {existsSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {fakeTools} from '../_helpers/fake-tools.ts';
import {runMain} from '../_helpers/main.ts';
import {writeTree} from '../_helpers/surroundings.ts';

const dropIn = 'run/systemd/system/emergency.service.d/50-zeroize.conf';
const unit = 'run/systemd/system/zeroize-RUN.service';

const shutdown = 'run/initramfs/shutdown';

for (const [exitCode, isOver] of [
	['killed', true],
	['dumped', true],
	['exited', false],
] as const) {
	test(`a unit whose program was ${exitCode} ${isOver ? 'leaves a machine to log in to, and nothing that could still erase' : 'has said itself what comes next'}`, async t => {
		const {directory: root, tools} = await fakeTools(t, {systemctl: [{}]});
		await writeTree(root, {[dropIn]: '', [shutdown]: '', [unit]: ''});
		const end = await runMain(['give-shell-back', 'RUN'], {root, tools, env: {EXIT_CODE: exitCode}});
		t.is(end.exitCode, 0, end.stderr);
		t.false(existsSync(path.join(root, unit)));
		t.is(existsSync(path.join(root, dropIn)), !isOver);
		t.is(existsSync(path.join(root, shutdown)), !isOver);
	});
}
