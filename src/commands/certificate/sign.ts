import {randomBytes} from 'node:crypto';
import {chmod, chown, realpath, rename, rm, stat} from 'node:fs/promises';
import path from 'node:path';
import {InvalidArgumentError, Option} from 'commander';
import type {Validation} from '../../certificate/signature-schema.ts';
import {signValidated, verifySignature} from '../../certificate/signatures.ts';
import type {SigningKey} from '../../certificate/signing-key.ts';
import {readExactly} from '../../certificate/verify.ts';
import {type Certificate, certificateText} from '../../certificate.ts';
import {SanitizeError} from '../../errors.ts';
import {fileError, syncDirectory, writeNewFile} from '../../files.ts';
import {readKeyFile} from '../../keys/key-file.ts';
import {type AddCommand, done, type Surroundings} from '../command.ts';
import {passphraseOption} from '../options.ts';
import {unlockKey} from '../session/passphrase.ts';
import {readEvidence} from './verify.ts';

interface SignOptions {
	readonly key: string;
	readonly passphraseFile?: string;
	readonly decision: Validation['decision'];
	readonly name?: string;
	readonly title?: string;
	readonly location?: string;
	readonly contact?: string;
}

const maxBytes = 1024 * 1024;

const longest = 200;

export const addSignCertificate: AddCommand = (certificate, surroundings, finish) => {
	certificate
		.command('sign <file>')
		.description('sign a certificate as its validator; the signature of who performed the run stays')
		.requiredOption('--key <file>', 'key of the validator')
		.addOption(passphraseOption())
		.addOption(
			new Option('--decision <how>', 'what the validator decided')
				.choices(['approved', 'rejected'])
				.default('approved'),
		)
		.option('--name <text>', 'who validates', parseText)
		.option('--title <text>', 'what that person is', parseText)
		.option('--location <text>', 'where', parseText)
		.option('--contact <text>', 'how to reach that person', parseText)
		.addHelpText('after', '\nExample:\n  zeroize certificate sign certificate.json --key validator.key')
		.action(async (file: string, options: SignOptions) => {
			surroundings.stdout.write(`${await sign(file, options, surroundings)}\n`);
			finish(done);
		});
};

const parseText = (text: string): string => {
	if (text === '' || text.length > longest || /\p{Cc}/u.test(text) || !text.isWellFormed()) {
		throw new InvalidArgumentError(`It is 1 to ${longest} characters of one line.`);
	}

	return text;
};

const sign = async (file: string, options: SignOptions, surroundings: Surroundings): Promise<string> => {
	const {uid, now} = surroundings;
	const certificate = await readPerformed(file);
	const keyFile = await readKeyFile(options.key, {uid});
	const key = await unlockKey(keyFile, options.passphraseFile, surroundings);
	await requireOther(certificate, key);
	const {decision, name = null, title = null, location = null, contact = null} = options;
	const date = now().toISOString().slice(0, 10);
	const signed = await signValidated(certificate, {decision, name, title, date, location, contact}, key);
	await replaceFile(file, certificateText(signed));
	return `${file}: ${decision}, signed as validated-by with key ${key.keyId}`;
};

/** @throws SanitizeError CERTIFICATE_MISMATCH, CERTIFICATE_INVALID when its first signature does not hold. */
const readPerformed = async (file: string): Promise<Certificate> => {
	const certificate = readExactly(await readEvidence(file, maxBytes));
	await verifySignature(certificate, 0);
	return certificate;
};

const requireOther = async (certificate: Certificate, {keyId}: SigningKey): Promise<void> => {
	const performer = await verifySignature(certificate, 0);
	if (performer.keyId === keyId) {
		throw new SanitizeError('USAGE', 'the key of the validator is the one that signed for who performed it', {
			hint: 'sign with a key of your own: zeroize keys new FILE',
		});
	}
};

/** The new file, whole, or the old one; never half of it. */
const replaceFile = async (named: string, text: string): Promise<void> => {
	const file = await realpath(named);
	const temporary = path.join(
		path.dirname(file),
		`.${path.basename(file)}.${randomBytes(4).toString('hex')}`,
	);
	const {mode, uid, gid} = await stat(file);
	await writeNewFile(temporary, text);
	try {
		await chmod(temporary, mode & 0o777);
		await chown(temporary, uid, gid);
		await rename(temporary, file);
	} catch (error) {
		await rm(temporary, {force: true});
		throw fileError(`replacing ${file}`, error);
	}

	await syncDirectory(path.dirname(file));
};
