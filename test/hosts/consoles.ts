import test from 'ava';
import {findConsoles, ownTerminal} from '../../src/hosts/consoles.ts';
import {temporaryDirectory} from '../_helpers/fake-tools.ts';
import {writeTree} from '../_helpers/surroundings.ts';

for (const [title, active, standardOutput, consoles] of [
	['the kernel names its consoles', 'tty0 ttyS0\n', '/dev/null', ['tty0', 'ttyS0']],
	['the line that the operator sits at is one more', 'tty0\n', '/dev/ttyS1', ['tty0', 'ttyS1']],
	['a console that the operator sits at is named once', 'tty0 ttyS0\n', '/dev/ttyS0', ['tty0', 'ttyS0']],
	['a terminal program is none', 'ttyS0\n', '/dev/pts/3', ['ttyS0']],
	['nor is a pipe', 'ttyS0\n', 'pipe:[123]', ['ttyS0']],
	['/dev/console is only another name', 'ttyS0\n', '/dev/console', ['ttyS0']],
	['a machine without consoles has none', null, '/dev/null', []],
] as const) {
	test(title, async t => {
		const root = await temporaryDirectory(t);
		await writeTree(root, {
			'proc/self/fd/1': `-> ${standardOutput}`,
			...(active !== null && {'sys/class/tty/console/active': active}),
			'sys/class/tty/tty/dev': '5:0\n',
			'sys/class/tty/ttyS0/dev': '4:64\n',
			'sys/class/tty/ttyS1/dev': '4:65\n',
		});
		t.deepEqual(await findConsoles(root), consoles);
		t.is(await ownTerminal(root), /ttyS\d/.exec(standardOutput)?.[0] ?? null);
	});
}
