import {createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject} from 'node:crypto';
import {constants} from 'node:fs';
import {open, unlink} from 'node:fs/promises';
import path from 'node:path';
import {describeKey, publicPem, type SigningKey, type VerificationKey} from '../certificate/signing-key.ts';
import {SanitizeError} from '../errors.ts';
import {readOwnFile} from '../files/read-file.ts';
import {fileError, syncDirectory} from '../files.ts';
import {requireSecret} from './secret-file.ts';

const maxBytes = 16 * 1024;

/** What a file says of a key before it is unlocked. */
export interface KeyFile extends VerificationKey {
	readonly file: string;
	/** `none`: the file has the public half alone. */
	readonly privateHalf: 'none' | 'plain' | 'locked';
	/**
	The key itself. A locked one needs its passphrase.
	@throws SanitizeError KEY_INVALID: the passphrase is wrong or missing, or the halves do not fit.
	*/
	unlock(passphrase?: string): SigningKey;
}

/**
Makes an Ed25519 key in a new file, mode 0600: PKCS#8 as PEM, and behind it the public half, so that a locked key can be named without its passphrase.
@throws SanitizeError USAGE where something is there already; NO_SPACE, NO_PERMISSION, PLACE_UNUSABLE.
*/
export const createKeyFile = async (
	file: string,
	passphrase: string | undefined,
): Promise<VerificationKey> => {
	const {privateKey} = generateKeyPairSync('ed25519');
	const described = describeKey(privateKey);
	await writeKeyFile(file, {...described, privateKey}, passphrase);
	return described;
};

/**
Writes a key into a new file, as {@link createKeyFile} does.
@throws SanitizeError USAGE, NO_SPACE, NO_PERMISSION, PLACE_UNUSABLE.
*/
export const writeKeyFile = async (file: string, key: SigningKey, passphrase?: string): Promise<void> => {
	const pem = key.privateKey.export({
		...{type: 'pkcs8', format: 'pem'},
		...(passphrase !== undefined && {cipher: 'aes-256-cbc', passphrase}),
	});
	await writeSecret(file, `${pem}${publicPem(key)}`);
};

const writeSecret = async (file: string, text: string): Promise<void> => {
	const {O_CREAT, O_EXCL, O_WRONLY, O_NOFOLLOW} = constants;
	const handle = await open(file, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW, 0o600).catch(error => {
		throw newFileError(file, error);
	});
	try {
		await handle.writeFile(text);
		await handle.sync();
	} catch (error) {
		await unlink(file).catch(() => {});
		throw fileError(`writing ${file}`, error);
	} finally {
		await handle.close();
	}

	await syncDirectory(path.dirname(path.resolve(file)));
};

const newFileError = (file: string, error: unknown): SanitizeError =>
	error instanceof Error && 'code' in error && error.code === 'EEXIST'
		? new SanitizeError('USAGE', `${file} exists already`, {
				hint: 'name a new file: a key that was replaced is lost',
				cause: error,
			})
		: fileError(`writing ${file}`, error);

/**
Reads a key file, ours or one made by openssl.
@throws SanitizeError KEY_INVALID; also when it holds a secret that others can read.
*/
export const readKeyFile = async (file: string, {uid}: {readonly uid: number}): Promise<KeyFile> => {
	let mode: {readonly mode: number; readonly uid: number} | undefined;
	const bytes = await readOwnFile(file, {
		maxBytes,
		refuse: (message, cause) =>
			new SanitizeError('KEY_INVALID', message, {hint: 'make one with: zeroize keys new FILE', cause}),
		async check(handle) {
			mode = await handle.stat();
		},
	});
	const {secret, isLocked, publicHalf} = findBlocks(bytes.toString());
	if (secret !== undefined && mode) {
		requireSecret(file, mode, uid);
	}

	const described = describe(file, secret, {isLocked, publicHalf});
	return {
		...described,
		file,
		privateHalf: secret === undefined ? 'none' : isLocked ? 'locked' : 'plain',
		unlock: passphrase => unlock(file, secret, described, passphrase),
	};
};

interface Blocks {
	readonly secret: string | undefined;
	readonly isLocked: boolean;
	readonly publicHalf: string | undefined;
}

const findBlocks = (text: string): Blocks => {
	const blocks = [...text.matchAll(/-----BEGIN ([A-Z ]{1,40})-----[^-]*-----END \1-----/g)];
	const find = (label: string) => blocks.find(([, name]) => name === label)?.[0];
	const locked = find('ENCRYPTED PRIVATE KEY');
	return {
		secret: locked ?? find('PRIVATE KEY'),
		isLocked: locked !== undefined,
		publicHalf: find('PUBLIC KEY'),
	};
};

const describe = (
	file: string,
	secret: string | undefined,
	{isLocked, publicHalf}: Omit<Blocks, 'secret'>,
): VerificationKey => {
	if (publicHalf !== undefined) {
		return describeKey(attempt(file, () => ed25519(createPublicKey(publicHalf))));
	}

	if (secret === undefined) {
		throw notAKey(file);
	}

	if (isLocked) {
		throw new SanitizeError(
			'KEY_INVALID',
			`reading ${file}: it is locked, and does not say which key it is`,
			{
				hint: `add its public half: openssl pkey -in '${file}' -pubout >> '${file}'`,
			},
		);
	}

	return describeKey(attempt(file, () => ed25519(createPrivateKey(secret))));
};

const unlock = (
	file: string,
	secret: string | undefined,
	described: VerificationKey,
	passphrase: string | undefined,
): SigningKey => {
	if (secret === undefined) {
		throw new SanitizeError('KEY_INVALID', `reading ${file}: it has the public half alone`, {
			hint: 'name the file that zeroize keys new has made',
		});
	}

	const privateKey = decrypt(file, secret, passphrase);
	if (describeKey(privateKey).keyId !== described.keyId) {
		throw new SanitizeError('KEY_INVALID', `reading ${file}: its two halves are of different keys`, {
			hint: 'use the file as zeroize keys new has made it',
		});
	}

	return {...described, privateKey};
};

/** OpenSSL itself asks the terminal for a passphrase that was not given, so it is never asked without one. */
const decrypt = (file: string, secret: string, passphrase: string | undefined): KeyObject => {
	if (!secret.startsWith('-----BEGIN ENCRYPTED')) {
		return attempt(file, () => ed25519(createPrivateKey(secret)));
	}

	if (passphrase === undefined) {
		throw new SanitizeError(
			'KEY_INVALID',
			`reading ${file}: it is locked with a passphrase, and none was given`,
			{
				hint: 'give --passphrase-file FILE or ZEROIZE_PASSPHRASE, or start it on a terminal',
			},
		);
	}

	try {
		return ed25519(createPrivateKey({key: secret, passphrase}));
	} catch (error) {
		throw new SanitizeError(
			'KEY_INVALID',
			`reading ${file}: the passphrase is wrong, or the file is damaged`,
			{
				hint: 'try again; nobody can open it without its passphrase',
				cause: error,
			},
		);
	}
};

const ed25519 = (key: KeyObject): KeyObject => {
	describeKey(key);
	return key;
};

const attempt = (file: string, read: () => KeyObject): KeyObject => {
	try {
		return read();
	} catch (error) {
		throw notAKey(file, error);
	}
};

const notAKey = (file: string, cause?: unknown): SanitizeError =>
	new SanitizeError('KEY_INVALID', `reading ${file}: it holds no Ed25519 key in PEM`, {
		hint: 'make one with: zeroize keys new FILE',
		cause,
	});
