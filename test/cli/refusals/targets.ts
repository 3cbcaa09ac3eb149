import path from 'node:path';
import {runFile} from '../../_helpers/cli.ts';
import {onFile, type Prepared, refuses} from '../../_helpers/refusal-suite.ts';
import {mountTmpfs} from '../../_helpers/tmpfs.ts';

const named = (device: string) => async (): Promise<Prepared> => ({devices: [device]});

refuses([
	{
		title: 'a missing node',
		prepare: named('/dev/zeroize-missing'),
		cause: /\/dev\/zeroize-missing: there is no such device/,
		wayOut: /zeroize devices/,
	},
	{
		title: 'a character device',
		prepare: named('/dev/null'),
		cause: /\/dev\/null: it is not a block device/,
		wayOut: /zeroize devices/,
	},
	{
		title: 'a directory',
		prepare: named('/tmp'),
		cause: /\/tmp: it is not a block device/,
		wayOut: /zeroize devices/,
	},
	{
		title: 'a regular file without a scheme',
		async prepare(_t, place) {
			const image = await place.image(4096);
			return {devices: [image], images: [image]};
		},
		cause: /it is not a block device/,
		wayOut: /write file:.+disk\.img or loop:.+disk\.img/,
	},
	{
		title: 'an unknown scheme',
		prepare: named('memory:4096'),
		cause: /memory:4096: there is no such device or file/,
		wayOut: /zeroize devices/,
	},
	{
		title: 'a scheme without a path',
		prepare: named('loop:'),
		exitCode: 2,
		cause: /'loop:': there is no path in it/,
		wayOut: /loop:FILE or file:FILE/,
	},
	{
		title: 'a device that is named twice',
		async prepare(_t, place) {
			const {devices, images = []} = await onFile(place);
			return {devices: [...devices, `loop:${images[0]}`], images};
		},
		exitCode: 2,
		cause: /disk\.img is named twice/,
		wayOut: /name each device once/,
	},
	{
		title: 'a missing file',
		prepare: async (_t, {directory}) => ({devices: [`file:${directory}/missing.img`]}),
		cause: /missing\.img: there is no such device or file/,
		wayOut: /zeroize devices/,
	},
	{
		title: 'an empty file',
		prepare: async (_t, place) => ({devices: [`file:${await place.image(0)}`]}),
		cause: /disk\.img: the file is empty/,
		wayOut: /there is nothing to erase/,
	},
	{
		title: 'a file on a read-only file system',
		async prepare(t, place) {
			await mountTmpfs(t, path.join(place.directory, 'ro'));
			const image = await place.image(4096, 'ro/disk.img');
			await runFile('mount', ['-o', 'remount,ro', path.join(place.directory, 'ro')]);
			return {devices: [`file:${image}`], images: [image]};
		},
		cause: /disk\.img is read-only/,
		wayOut: /chmod u\+w/,
	},
	{
		title: 'a directory as a file',
		prepare: async (_t, {directory}) => ({devices: [`loop:${directory}`]}),
		cause: /it is not a regular file/,
		wayOut: /disk image/,
	},
	{
		title: 'a loop file that is not whole sectors',
		async prepare(_t, place) {
			const image = await place.image(4097);
			return {devices: [`loop:${image}`], images: [image]};
		},
		cause: /4097 bytes are not whole sectors/,
		wayOut: /file:.+disk\.img/,
	},
]);
