import {runFile} from '../../_helpers/cli.ts';
import {ddReport, fakeDd} from '../bench/fake-dd.ts';
import {midWrite, signalDd} from '../bench/moments.ts';
import {file, loopDevice, loopFile, tooLargeFile} from '../bench/subjects.ts';
import {type Expected, type FaultCase, MiB, withBoth} from '../case.ts';

const failed = (code: Expected['code'], more: Partial<Expected> = {}): Expected => ({
	outcome: 'failed',
	exitCode: 4,
	code,
	left: 'untouched',
	says: /^hint: do not release the device/m,
	...more,
});

const refused = (code: Expected['code'], says: RegExp): Expected => ({
	outcome: 'refused',
	exitCode: 3,
	code,
	left: 'untouched',
	says,
});

export const stores: readonly FaultCase[] = (['loop', 'file'] as const).flatMap(scheme =>
	withBoth(() => ({
		name: `the store of a ${scheme}: target fills up`,
		how: 'a sparse file of 2 MiB on a tmpfs of 1 MiB',
		subject: tooLargeFile(scheme),
		// What was never stored reads as zeros; that is no sanitized device.
		expected: failed('WRITE_INCOMPLETE', {left: []}),
	})),
);

const killed = (signal: NodeJS.Signals): FaultCase => ({
	name: `dd is killed by ${signal} mid-write`,
	how: 'kill, while the loop device is throttled',
	eraser: 'dd',
	subject: loopDevice({totalBytes: 16 * MiB, writeBytes: 8 * MiB}),
	during: midWrite(signalDd(signal)),
	expected: failed('ERASER_FAILED', {left: 'some', says: new RegExp(`dd was killed by ${signal}`)}),
});

const lying = (name: string, onWrite: string, expected: Expected): FaultCase => ({
	name,
	how: 'a dd in front of the real one',
	eraser: 'dd',
	subject: loopFile(),
	before: fakeDd({onWrite}),
	expected,
});

/** In a mount namespace of its own, where something is mounted over dd. */
const hidden = (name: string, over: string, says: RegExp): FaultCase => ({
	name,
	how: 'in a mount namespace with something else over it',
	eraser: 'dd',
	subject: file(),
	before: async (_bench, {store = ''}) => {
		await runFile('cp', ['/usr/bin/dd', `${store}.dd`]);
		await runFile('chmod', ['777', `${store}.dd`]);
	},
	run: async (bench, subject) =>
		bench.erase([subject], {
			around: command =>
				`export OVER=${over === 'copy' ? `${subject.store}.dd` : over}; exec unshare --mount bash -c 'for f in $(type -ap dd); do mount --bind "$OVER" "$f"; done; exec "$@"' bash ${command}`,
		}),
	expected: refused('TOOL_MISSING', says),
});

const all = {offset: 0, length: MiB};

export const ddFaults: readonly FaultCase[] = [
	...(['SIGKILL', 'SIGTERM', 'SIGSEGV', 'SIGINT'] as const).map(killed),
	lying('dd dies with exit code 1 and says nothing', 'exit 1', failed('ERASER_FAILED')),
	lying('dd ends with 0, as if that were the end of a device', 'exit 0', failed('ERASER_FAILED')),
	lying('dd reports too few bytes', ddReport(MiB - 512), failed('WRITE_INCOMPLETE')),
	lying('dd reports too many bytes', ddReport(MiB + 512), failed('WRITE_INCOMPLETE')),
	lying('dd reports every byte, and wrote none', ddReport(MiB), failed('NOT_ZERO', {nonZero: [all]})),
	lying(
		'dd reports every byte, and left out one sector',
		`$real if=/dev/zero of=$node bs=512 count=1000 oflag=direct conv=nocreat 2> /dev/null; $real if=/dev/zero of=$node bs=512 seek=1001 oflag=direct conv=nocreat 2> /dev/null; ${ddReport(MiB)}`,
		failed('NOT_ZERO', {
			nonZero: [{offset: 512_000, length: 512}],
			left: [{offset: 512_000, length: 512}],
		}),
	),
	lying(
		'dd writes something else than zeros',
		`tr '\\0' '\\377' < /dev/zero | $real of=$node bs=64K iflag=fullblock oflag=direct conv=nocreat,fsync; exit 1`,
		failed('NOT_ZERO', {nonZero: [all], left: [all]}),
	),
	lying(
		'dd complains besides',
		`$real "$@" 2> /dev/null; echo 'dd: Bus error in a page' >&2; ${ddReport(MiB)}`,
		failed('WRITE_FAILED', {left: []}),
	),
	{
		...lying('dd is that of BusyBox', '', refused('UNSUPPORTED', /this dd is BusyBox .*\nhint: install GNU/)),
		before: fakeDd({onVersion: 'exec busybox dd --version'}),
	},
	{
		...lying('dd does not know a full device', '', refused('UNSUPPORTED', /does not end as expected/)),
		async before({tool}) {
			await tool('dd', 'case "$*" in --version) exec /usr/bin/dd --version ;; esac; exit 0');
		},
	},
	hidden('dd is missing', '/dev/null', /looking for dd: it is not installed\nhint: install it/),
	hidden('dd may be written by others', 'copy', /dd is only where others than root can change it/),
];
