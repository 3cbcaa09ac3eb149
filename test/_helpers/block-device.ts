import {createHash} from 'node:crypto';
import {readFile} from 'node:fs/promises';
import block from '../../src/devices/block.ts';
import type {DeviceFacts} from '../../src/devices/device.ts';
import {attachLoop, type LoopOptions, randomFile} from './loop.ts';
import {real} from './surroundings.ts';

export const imageBytes = 8 * 1024 ** 2;

export const inspect = async (path: string): Promise<DeviceFacts> =>
	block.inspect({scheme: 'block', target: path, path}, real);

export const loopDevice = async (options?: LoopOptions, bytes = imageBytes) => {
	const image = await randomFile(bytes);
	const device = await attachLoop(image.path, options);
	return {
		image: image.path,
		path: device.path,
		detach: async () => device[Symbol.asyncDispose](),
		[Symbol.asyncDispose]: async () => {
			await device[Symbol.asyncDispose]();
			await image[Symbol.asyncDispose]();
		},
	};
};

export const hashOf = async (path: string): Promise<string> =>
	createHash('sha256')
		.update(await readFile(path))
		.digest('hex');
