import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdir} from 'node:fs/promises';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {createPlace} from '../_helpers/cli.ts';
import {isRoot} from '../_helpers/loop.ts';
import {openPty} from '../_helpers/pty.ts';

const asRoot = isRoot ? test.serial : test.serial.skip;

const checkout = path.join(import.meta.dirname, '../..');

/** A machine of its own: this system's files under a layer that is thrown away, a console, and no /proc, so that nothing reaches the kernel. */
const script = `
mount -t tmpfs zeroize-test "$PLACE"
mkdir "$PLACE/upper" "$PLACE/work" "$PLACE/root"
root=$PLACE/root
mount -t overlay -o "lowerdir=/,upperdir=$PLACE/upper,workdir=$PLACE/work" overlay "$root"
rm -f "$root/dev/console"; : > "$root/dev/console"
mount --bind "$CONSOLE" "$root/dev/console"
for place in "$CHECKOUT" "\${NODE%/*}"; do
	[ -e "$root$place/." ] || { mkdir -p "$root$place"; mount --bind "$place" "$root$place"; }
done
for name in poweroff reboot systemctl; do rm -f "$root/usr/sbin/$name" "$root/usr/bin/$name"; done
[ ! -e "$root/proc/sysrq-trigger" ] || exit 99
cd "$root"
eval "$SETUP"
exec chroot "$root" "$NODE" "$CHECKOUT/src/cli.ts" poweroff <"$root/dev/console" >"$root/dev/console" 2>&1
`;

const boot = async (t: ExecutionContext, setup: string) => {
	const {directory} = await createPlace(t);
	const place = path.join(directory, 'machine');
	await mkdir(place);
	const pty = await openPty(t);
	const child = spawn('unshare', ['--mount', '--pid', '--fork', '--kill-child', 'bash', '-ec', script], {
		env: {
			...{PATH: process.env['PATH'], PLACE: place, CONSOLE: pty.path, NODE: process.execPath},
			...{CHECKOUT: checkout, SETUP: setup},
		},
		stdio: ['ignore', 'inherit', 'inherit'],
	});
	const closed = once(child, 'close');
	t.teardown(async () => {
		child.kill('SIGKILL');
		await closed;
	});
	return {pty, child, hasEnded: async () => Promise.race([closed.then(() => true), sleep(1500, false)])};
};

asRoot('PID 1 of a machine whose run cannot be read stays, says why, and offers a choice', async t => {
	const {pty, hasEnded} = await boot(
		t,
		'mkdir -p zeroize-state/run; echo garbage | tee zeroize-state/run/journal.jsonl zeroize-state/run/run.log >/dev/null',
	);
	await pty.shows(/journal\.jsonl:1: it is not JSON/);
	await pty.shows(/This machine stays on[\s\S]*garbage[\s\S]*r {2}try again[\s\S]*a shell.*\n/);
	t.false(await hasEnded());
	pty.type('r\n');
	await pty.shows(/it is not JSON[\s\S]*a shell.*\n/);
	// Nothing here can end the machine: it says so, and stays.
	pty.type('p\n');
	await pty.shows(/ending the machine[\s\S]*(?:poweroff)/);
	await pty.shows(/This machine stays on[\s\S]*a shell.*\n/);
	t.false(await hasEnded());
});

asRoot('PID 1 outlives the signals of a machine that goes down, and what it is told by nobody', async t => {
	const {pty, child, hasEnded} = await boot(t, 'mkdir -p zeroize-state/run');
	await pty.shows(/This machine stays on[\s\S]*a shell.*\n/);
	pty.type('s\n');
	await pty.shows(/[#$] /);
	// From a shell in there, as systemd and the kernel would.
	pty.type('kill -TERM 1; kill -INT 1; kill -HUP 1; kill -USR2 1; exit\n');
	await pty.shows(/Type a letter[\s\S]*a shell.*\n/);
	t.false(await hasEnded());
	t.is(child.exitCode, null);
});

asRoot('without a run it is an ordinary command, also as PID 1', async t => {
	const {pty, child, hasEnded} = await boot(t, ':');
	await pty.shows(/unknown command 'poweroff'/);
	t.true(await hasEnded());
	t.is(child.exitCode, 2);
});
