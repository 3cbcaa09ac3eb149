import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {onFile, refuses} from '../../_helpers/refusal-suite.ts';

refuses([
	{
		title: 'a wrong confirmation',
		prepare: async (_t, place) => ({...(await onFile(place)), confirm: ['/dev/sda']}),
		cause: /disk\.img must be confirmed with its path .*"\/dev\/sda" is not it/,
		wayOut: /--confirm '.+disk\.img'/,
		isPlanned: false,
	},
	{
		title: 'no confirmation where nobody can be asked',
		prepare: async (_t, place) => ({...(await onFile(place)), confirm: []}),
		cause: /must be confirmed with its path .*nothing was given/,
		wayOut: /--confirm '.+disk\.img'/,
		isPlanned: false,
	},
	{
		title: 'a confirmation for one device of two',
		async prepare(_t, place) {
			const images = [await place.image(4096, 'a.img'), await place.image(4096, 'b.img')];
			return {devices: images.map(image => `file:${image}`), confirm: images.slice(0, 1), images};
		},
		cause: /b\.img must be confirmed/,
		wayOut: /--confirm '.+b\.img'/,
		isPlanned: false,
	},
	{
		title: 'a purge of what cannot purge itself',
		prepare: async (_t, place) => ({...(await onFile(place)), options: ['--method', 'purge']}),
		cause: /disk\.img cannot be purged: it is no whole drive/,
		wayOut: /fallback: clear/,
	},
	{
		title: 'an eraser of another method than the one that is asked for',
		prepare: async (_t, place) => ({
			...(await onFile(place)),
			options: ['--eraser', 'direct', '--method', 'purge'],
		}),
		cause: /direct is a clear, and a purge is asked for/,
		wayOut: /--method clear/,
	},
	{
		title: 'a certificate file that is there already',
		async prepare(_t, place) {
			const file = path.join(place.directory, 'certificate.json');
			await writeFile(file, 'evidence');
			const prepared = await onFile(place);
			return {...prepared, options: ['--certificate', file], images: [...(prepared.images ?? []), file]};
		},
		exitCode: 2,
		cause: /certificate\.json exists already/,
		wayOut: /name a new file/,
	},
	{
		title: 'a certificate file in a missing directory',
		prepare: async (_t, place) => ({
			...(await onFile(place)),
			options: ['--certificate', path.join(place.directory, 'missing/certificate.json')],
		}),
		exitCode: 2,
		cause: /\/missing is missing or not writable/,
		wayOut: /create the directory/,
	},
	{
		title: 'a missing state directory',
		async prepare(_t, place) {
			const image = await place.image(4096);
			const stateDir = path.join(place.directory, 'missing');
			return {devices: [`loop:${image}`], options: ['--state-dir', stateDir], images: [image]};
		},
		cause: /\/missing: no such file or directory/,
		wayOut: /create the directory first.*--state-dir/,
	},
	{
		title: 'a state directory that is a file',
		async prepare(_t, place) {
			const prepared = await onFile(place);
			return {...prepared, options: ['--state-dir', prepared.images?.[0] ?? '']};
		},
		cause: /disk\.img: not a directory/,
		wayOut: /name another place.*--state-dir/,
	},
]);
