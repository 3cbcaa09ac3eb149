import {isUtf8} from 'node:buffer';
import {SanitizeError} from '../errors.ts';
import {readOwnFile} from '../files/read-file.ts';

const groupAndOthers = 0o077;

/** @throws SanitizeError KEY_INVALID when anybody but root and this user can read it, or could have. */
export const requireSecret = (
	file: string,
	{mode, uid: owner}: {readonly mode: number; readonly uid: number},
	uid: number,
): void => {
	if (owner !== 0 && owner !== uid) {
		throw new SanitizeError('KEY_INVALID', `reading ${file}: it belongs to user ${owner}, who can read it`, {
			hint: 'make a secret of your own: zeroize keys new FILE',
		});
	}

	if ((mode & groupAndOthers) !== 0) {
		const shown = (mode & 0o7777).toString(8).padStart(4, '0');
		throw new SanitizeError('KEY_INVALID', `reading ${file}: others can use it (mode ${shown})`, {
			hint: `chmod 600 '${file}', if nobody has read it; otherwise make a new one: zeroize keys new FILE`,
		});
	}
};

const maxBytes = 4096;

/**
The passphrase in a file: its first line.
@throws SanitizeError KEY_INVALID; also when others can read the file.
*/
export const readPassphraseFile = async (file: string, uid: number): Promise<string> => {
	const refuse = (message: string, cause?: unknown) =>
		new SanitizeError('KEY_INVALID', message, {
			hint: 'write the passphrase into its first line, in UTF-8',
			cause,
		});
	const bytes = await readOwnFile(file, {
		maxBytes,
		refuse,
		check: async handle => requireSecret(file, await handle.stat(), uid),
	});
	const [line = ''] = bytes.toString().split(/\r?\n/);
	if (line === '' || !isUtf8(bytes)) {
		throw refuse(`reading ${file}: there is no passphrase in it`);
	}

	return line;
};
