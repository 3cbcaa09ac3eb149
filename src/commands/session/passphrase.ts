import type {SigningKey} from '../../certificate/signing-key.ts';
import {SanitizeError} from '../../errors.ts';
import type {KeyFile} from '../../keys/key-file.ts';
import {readPassphraseFile} from '../../keys/secret-file.ts';
import type {Surroundings} from '../command.ts';
import {askSecret} from './ask-secret.ts';

type World = Pick<Surroundings, 'env' | 'stdin' | 'stderr' | 'signal' | 'uid'>;

const attempts = 3;

/**
What was given without a terminal: a file, or the environment; `undefined` where nothing was. Never an argument: everybody on the machine can read those.
@throws SanitizeError KEY_INVALID.
*/
const givenPassphrase = async (file: string | undefined, {env, uid}: World): Promise<string | undefined> =>
	file === undefined ? env['ZEROIZE_PASSPHRASE'] || undefined : readPassphraseFile(file, uid);

/**
A passphrase for a new key: given, or asked for twice on a terminal; `undefined` for none.
@throws SanitizeError KEY_INVALID; the signal's reason.
*/
export const newPassphrase = async (file: string | undefined, world: World): Promise<string | undefined> => {
	const given = await givenPassphrase(file, world);
	if (given !== undefined || !world.stdin.isTTY) {
		return given;
	}

	const first = await askSecret('Passphrase for the new key (none: Enter): ', world);
	if (first === '') {
		return undefined;
	}

	if ((await askSecret('The same once more: ', world)) !== first) {
		throw new SanitizeError('KEY_INVALID', 'the two passphrases differ', {hint: 'start again'});
	}

	return first;
};

/**
The key in a file; asks for its passphrase where it is locked, none was given and there is a terminal.
@throws SanitizeError KEY_INVALID; the signal's reason.
*/
export const unlockKey = async (
	key: KeyFile,
	passphraseFile: string | undefined,
	world: World,
): Promise<SigningKey> => {
	const given = key.privateHalf === 'locked' ? await givenPassphrase(passphraseFile, world) : undefined;
	if (key.privateHalf !== 'locked' || given !== undefined || !world.stdin.isTTY) {
		return key.unlock(given);
	}

	for (let left = attempts - 1; ; left -= 1) {
		const passphrase = await askSecret(`Passphrase of ${key.file}: `, world);
		try {
			return key.unlock(passphrase);
		} catch (error) {
			if (left === 0) {
				throw error;
			}

			world.stderr.write('It is not that one.\n');
		}
	}
};
