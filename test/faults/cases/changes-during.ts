import path from 'node:path';
import {runFile} from '../../_helpers/cli.ts';
import {untilFree} from '../../_helpers/loop.ts';
import {fakeDd} from '../bench/fake-dd.ts';
import {beforeVerify, midVerify, midWrite} from '../bench/moments.ts';
import {pull} from '../bench/served-disk.ts';
import {attach, backingOf, badDevice, badFile, loopDevice, otherFile, resize} from '../bench/subjects.ts';
import {type Act, type FaultCase, failed, MiB, withBoth} from '../case.ts';

const totalBytes = 16 * MiB;

const slowWrites = loopDevice({totalBytes, writeBytes: 8 * MiB});
const slowReads = loopDevice({totalBytes, readBytes: 5 * MiB});

const setReadOnly: Act = async (bench, {target}) => {
	await runFile('blockdev', ['--setro', target]);
	bench.teardown(async () => void (await runFile('blockdev', ['--setrw', target]).catch(() => {})));
};

const detach: Act = async (_bench, {target}) => void (await runFile('losetup', ['-d', target]));

const pullServer: Act = async (_bench, {target}) => {
	const backing = target.startsWith('/dev/')
		? await backingOf(target)
		: target.replace(/^(?:loop|file):/, '');
	await pull(backing ?? '');
};

/** Another file under the name of the one that is erased. */
const mountOver: Act = async (bench, {target}) => {
	const [, file = ''] = target.split(':');
	const other = path.join(bench.place.directory, 'other.img');
	await runFile('mount', ['--bind', other, file]);
	bench.teardown(async () => void (await untilFree(async () => runFile('umount', [file]))));
};

const midWrites: readonly FaultCase[] = withBoth(() => ({
	name: 'mid-write: the device shrinks',
	how: 'truncate and losetup -c, while the loop device is throttled',
	subject: slowWrites,
	during: midWrite(async (_bench, subject) => resize(subject, 12 * MiB)),
	// What was cut off is nowhere any more.
	expected: failed('WRITE_INCOMPLETE', {left: 'unknown'}),
}));

export const changesDuring: readonly FaultCase[] = [
	...midWrites,
	...withBoth(eraser => ({
		name: 'mid-write: the device grows',
		how: 'truncate and losetup -c, while the loop device is throttled',
		subject: slowWrites,
		during: midWrite(async (_bench, subject) => resize(subject, 18 * MiB)),
		expected: failed(eraser === 'dd' ? 'WRITE_INCOMPLETE' : 'DEVICE_CHANGED', {left: []}),
	})),
	...withBoth(() => ({
		name: 'mid-write: the device goes read-only',
		how: 'blockdev --setro, while the loop device is throttled',
		subject: slowWrites,
		during: midWrite(setReadOnly),
		expected: failed('WRITE_FAILED'),
	})),
	...withBoth(eraser => ({
		name: 'mid-write: what stores the device is gone, and it answers EIO to all',
		how: 'nbdkit and its FUSE server are killed',
		subject: badDevice({totalBytes: 16 * MiB, writeDelayMs: 150}),
		during: midWrite(pullServer),
		// It cannot be synced either: that is no single bad place.
		expected: eraser === 'dd' ? failed('WRITE_FAILED') : failed('SYNC_FAILED', {unwritable: 'some'}),
	})),
	...withBoth(eraser => ({
		name: 'mid-write: the file behind a loop device is gone',
		how: 'nbdkit and its FUSE server are killed',
		subject: badFile({totalBytes: 16 * MiB, writeDelayMs: 150}, 'loop'),
		during: midWrite(pullServer),
		expected: failed(eraser === 'dd' ? 'WRITE_FAILED' : 'DEVICE_CHANGED'),
	})),
	...withBoth(() => ({
		name: 'mid-write: losetup shall detach the device, which is held',
		how: 'losetup -d: the kernel detaches it when it is closed',
		subject: slowWrites,
		during: midWrite(detach),
		expected: {outcome: 'sanitized', exitCode: 0, code: null, left: []},
	})),
	...withBoth(() => ({
		name: 'mid-write: another file takes the name of the one that is erased',
		how: 'mount --bind over it',
		subject: badFile({totalBytes: 16 * MiB, writeDelayMs: 150}, 'loop'),
		before: async bench => void (await otherFile(bench, 16 * MiB)),
		during: midWrite(mountOver),
		expected: failed('DEVICE_CHANGED', {left: []}),
	})),
	{
		name: 'after the commit: the node is another device when dd opens it',
		how: 'rm and cp -R of the node, by the dd that then writes',
		eraser: 'dd',
		async subject(bench) {
			const subject = await loopDevice()(bench);
			const node = path.join(bench.place.directory, 'node');
			await runFile('cp', ['-R', subject.target, node]);
			return {...subject, target: node};
		},
		async before(bench, subject) {
			const node = await attach(bench, await otherFile(bench, MiB));
			await fakeDd(({target}) => ({onWrite: `rm ${target}; cp -R ${node} ${target}`}))(bench, subject);
		},
		expected: failed('DEVICE_CHANGED', {left: []}),
	},
	{
		name: 'after the commit: the file is another one when dd opens it',
		how: 'mv and ln of the file, by the dd that then writes',
		eraser: 'dd',
		async subject(bench) {
			const subject = await loopDevice()(bench);
			return {target: `file:${subject.store}.linked`, confirm: `${subject.store}.linked`};
		},
		async before(bench, subject) {
			const other = await otherFile(bench, MiB);
			const own = subject.target.replace('file:', '');
			await runFile('cp', [other, own]);
			await fakeDd({onWrite: `rm ${own}; ln ${other} ${own}`})(bench, subject);
		},
		expected: failed('DEVICE_CHANGED', {left: 'unknown'}),
	},
	...withBoth(() => ({
		name: 'between erase and verification: the device shrinks',
		how: 'truncate and losetup -c, while reads are throttled',
		subject: slowReads,
		during: beforeVerify(async (_bench, subject) => resize(subject, 12 * MiB)),
		expected: failed('DEVICE_CHANGED', {left: []}),
	})),
	{
		name: 'mid-verification: the device grows',
		how: 'truncate and losetup -c, while reads are throttled',
		eraser: 'direct',
		subject: slowReads,
		during: midVerify(async (_bench, subject) => resize(subject, 18 * MiB)),
		expected: failed('DEVICE_CHANGED', {left: []}),
	},
	{
		name: 'mid-verification: the device goes read-only, which harms no reading',
		how: 'blockdev --setro, while reads are throttled',
		eraser: 'direct',
		subject: slowReads,
		during: midVerify(setReadOnly),
		expected: {outcome: 'sanitized', exitCode: 0, code: null, left: []},
	},
	{
		name: 'mid-verification: what stores the device is gone',
		how: 'nbdkit and its FUSE server are killed',
		eraser: 'direct',
		subject: badDevice({totalBytes: 8 * MiB, readDelayMs: 100}),
		during: midVerify(pullServer),
		expected: failed('UNREADABLE', {left: [], unreadable: 'some'}),
	},
	{
		name: 'mid-verification: the file behind a loop device is gone',
		how: 'nbdkit and its FUSE server are killed',
		eraser: 'direct',
		subject: badFile({totalBytes: 8 * MiB, readDelayMs: 100}, 'loop'),
		during: midVerify(pullServer),
		expected: failed('DEVICE_CHANGED', {left: []}),
	},
];
