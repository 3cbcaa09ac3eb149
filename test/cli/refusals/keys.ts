import {chmod, readFile} from 'node:fs/promises';
import path from 'node:path';
import {makeKey} from '../../_helpers/proof.ts';
import {onFile, refuses} from '../../_helpers/refusal-suite.ts';

const whenLocked = {
	isPlanned: false,
	wayOut: /--passphrase-file FILE or ZEROIZE_PASSPHRASE/,
} as const;

refuses([
	{
		title: 'a key that is not there',
		prepare: async (_t, place) => ({
			...(await onFile(place)),
			options: ['--key', path.join(place.directory, 'none')],
		}),
		cause: /none: no such file or directory/,
		wayOut: /zeroize keys new FILE/,
	},
	{
		title: 'a key that others can read',
		async prepare(_t, place) {
			const {file} = await makeKey(place);
			await chmod(file, 0o644);
			return {...(await onFile(place)), options: ['--key', file]};
		},
		cause: /key\.pem: others can use it \(mode 0644\)/,
		wayOut: /chmod 600 '.+key\.pem'/,
	},
	{
		title: 'the public half of a key',
		async prepare(_t, place) {
			const text = await readFile((await makeKey(place)).file, 'utf8');
			const half = await place.write('half.pem', text.slice(text.indexOf('-----BEGIN PUBLIC')));
			return {...(await onFile(place)), options: ['--key', half]};
		},
		cause: /half\.pem: it has the public half alone/,
		wayOut: /name the file that zeroize keys new has made/,
	},
	{
		title: 'something that is no key',
		prepare: async (_t, place) => ({
			...(await onFile(place)),
			options: ['--key', await place.write('text', 'hello')],
		}),
		cause: /it holds no Ed25519 key in PEM/,
		wayOut: /zeroize keys new FILE/,
	},
	{
		title: 'a locked key without its passphrase',
		prepare: async (_t, place) => ({
			...(await onFile(place)),
			options: ['--key', (await makeKey(place, 'k', 'secret')).file],
		}),
		cause: /it is locked with a passphrase, and none was given/,
		...whenLocked,
	},
	{
		title: 'a locked key with another passphrase',
		async prepare(_t, place) {
			const passphrase = await place.write('p', 'another\n');
			await chmod(passphrase, 0o600);
			const {file} = await makeKey(place, 'k', 'secret');
			return {...(await onFile(place)), options: ['--key', file, '--passphrase-file', passphrase]};
		},
		cause: /the passphrase is wrong, or the file is damaged/,
		isPlanned: false,
		wayOut: /try again/,
	},
	{
		title: 'a locked key with a passphrase file that others can read',
		async prepare(_t, place) {
			const passphrase = await place.write('p', 'secret\n');
			await chmod(passphrase, 0o640);
			const {file} = await makeKey(place, 'k', 'secret');
			return {...(await onFile(place)), options: ['--key', file, '--passphrase-file', passphrase]};
		},
		cause: /p: others can use it \(mode 0640\)/,
		isPlanned: false,
		wayOut: /chmod 600/,
	},
]);
