import {spawn} from 'node:child_process';
import {mkdir} from 'node:fs/promises';
import path from 'node:path';
import type {ExecutionContext} from 'ava';
import {type Place, runFile} from '../../_helpers/cli.ts';
import {attachLoop, type LoopOptions, untilFree} from '../../_helpers/loop.ts';
import {refuses} from '../../_helpers/refusal-suite.ts';

const MiB = 1024 ** 2;

const attach = async (t: ExecutionContext, file: string, options?: LoopOptions): Promise<string> => {
	const loop = await attachLoop(file, options);
	t.teardown(async () => loop[Symbol.asyncDispose]());
	return loop.path;
};

const onLoop = async (t: ExecutionContext, place: Place, options?: LoopOptions) => {
	const image = await place.image(8 * MiB);
	const device = await attach(t, image, options);
	return {image, device, prepared: {devices: [device], images: [device, image]}};
};

const holdOpen = async (t: ExecutionContext, device: string): Promise<void> => {
	const script = `fs.openSync('${device}', fs.constants.O_RDONLY | fs.constants.O_EXCL); console.log('held'); setInterval(() => {}, 1000)`;
	const child = spawn(process.execPath, ['--eval', script], {stdio: ['ignore', 'pipe', 'inherit']});
	t.teardown(async () => {
		const closed = new Promise(resolve => child.once('close', resolve));
		child.kill();
		await closed;
	});
	await new Promise(resolve => child.stdout.once('data', resolve));
};

refuses([
	{
		title: 'a mounted file system',
		async prepare(t, place) {
			const {device, prepared} = await onLoop(t, place);
			const mountPoint = path.join(place.directory, 'mounted');
			await mkdir(mountPoint);
			await runFile('mkfs.ext4', ['-q', device]);
			await runFile('mount', ['-o', 'ro', device, mountPoint]);
			t.teardown(async () => untilFree(async () => runFile('umount', [mountPoint])));
			return prepared;
		},
		cause: /\/dev\/loop\d+ is mounted at .+\/mounted/,
		wayOut: /umount .+\/mounted/,
	},
	{
		title: 'swap',
		async prepare(t, place) {
			const {device, prepared} = await onLoop(t, place);
			await runFile('mkswap', [device]);
			await runFile('swapon', [device]);
			t.teardown(async () => runFile('swapoff', [device]));
			return prepared;
		},
		cause: /\/dev\/loop\d+ is held by swap \/dev\/loop\d+/,
		wayOut: /swapoff \/dev\/loop\d+/,
	},
	{
		title: 'a loop device under another loop device',
		async prepare(t, place) {
			const {device, prepared} = await onLoop(t, place);
			await attach(t, device);
			return prepared;
		},
		cause: /is held by loop \/dev\/loop\d+/,
		wayOut: /losetup --detach \/dev\/loop\d+/,
	},
	{
		title: 'a file that is attached to a loop device',
		async prepare(t, place) {
			const {image, device} = await onLoop(t, place);
			return {devices: [`file:${image}`], images: [image, device]};
		},
		cause: /disk\.img is held by loop \/dev\/loop\d+/,
		wayOut: /losetup --detach \/dev\/loop\d+/,
	},
	{
		title: 'a device that another process holds open exclusively',
		async prepare(t, place) {
			const {device, prepared} = await onLoop(t, place);
			await holdOpen(t, device);
			return prepared;
		},
		cause: /\/dev\/loop\d+: it is in use: a program or the kernel holds it open/,
		wayOut: /fuser -v/,
		isPlanned: false,
	},
	{
		title: 'a loop device that was attached read-only',
		prepare: async (t, place) => (await onLoop(t, place, {readOnly: true})).prepared,
		cause: /\/dev\/loop\d+ is read-only/,
		wayOut: /blockdev --setrw \/dev\/loop\d+/,
	},
	{
		title: 'a device that was made read-only',
		async prepare(t, place) {
			const {device, prepared} = await onLoop(t, place);
			await runFile('blockdev', ['--setro', device]);
			t.teardown(async () => runFile('blockdev', ['--setrw', device]));
			return prepared;
		},
		cause: /\/dev\/loop\d+ is read-only/,
		wayOut: /blockdev --setrw \/dev\/loop\d+/,
	},
]);
