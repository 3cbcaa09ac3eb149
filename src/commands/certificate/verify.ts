import {Option} from 'commander';
import {keyIdPattern} from '../../certificate/signing-key.ts';
import type {Check} from '../../certificate/verify/check.ts';
import {verifyCertificate} from '../../certificate/verify.ts';
import {SanitizeError} from '../../errors.ts';
import {readOwnFile} from '../../files/read-file.ts';
import {readKeyFile} from '../../keys/key-file.ts';
import {type AddCommand, done, type Surroundings} from '../command.ts';

interface VerifyOptions {
	readonly journal?: string;
	readonly key: readonly string[];
	readonly nonce?: string;
	readonly json: boolean;
}

const maxCertificateBytes = 1024 * 1024;

const maxJournalBytes = 256 * 1024 * 1024;

export const addVerifyCertificate: AddCommand = (certificate, surroundings, finish) => {
	certificate
		.command('verify <file>')
		.description('check everything that proves a certificate; the exit code is 0 only if all of it holds')
		.option('--journal <file>', 'the journal of its run')
		.addOption(
			new Option('--key <file>', 'public key (PEM file), or its id, that must have signed; may be repeated')
				.argParser((value: string, before: readonly string[]) => [...before, value])
				.default([], 'the one in the file'),
		)
		.option('--nonce <text>', 'what must stand in it')
		.option('--json', 'as JSON', false)
		.addHelpText('after', '\nExample:\n  zeroize certificate verify certificate.json --key zeroize.pem')
		.action(async (file: string, options: VerifyOptions) => {
			await verify(file, options, surroundings);
			finish(done);
		});
};

/** @throws SanitizeError CERTIFICATE_MISMATCH when something does not hold. */
const verify = async (
	file: string,
	{journal, key, nonce, json}: VerifyOptions,
	{stdout, uid}: Surroundings,
): Promise<void> => {
	const evidence = {
		bytes: await readEvidence(file, maxCertificateBytes),
		journal: journal === undefined ? undefined : await readEvidence(journal, maxJournalBytes),
		keyIds: await Promise.all(key.map(async given => keyIdOf(given, uid))),
		nonce,
	};
	const checks: Check[] = [];
	for await (const check of verifyCertificate(evidence)) {
		checks.push(check);
		stdout.write(json ? '' : `${words[check.result]}${check.text}\n`);
	}

	const failed = checks.find(({result}) => result === 'failed');
	if (json) {
		stdout.write(`${JSON.stringify({file, holds: !failed, checks}, null, '\t')}\n`);
	}

	if (failed) {
		throw new SanitizeError('CERTIFICATE_MISMATCH', `verifying ${file}: ${failed.text}`, {hint: failed.hint});
	}
};

const words: Readonly<Record<Check['result'], string>> = {
	ok: 'ok           ',
	failed: 'FAILED       ',
	'not checked': 'not checked  ',
};

const keyIdOf = async (given: string, uid: number): Promise<string> =>
	keyIdPattern.test(given) ? given : (await readKeyFile(given, {uid})).keyId;

export const readEvidence = async (file: string, maxBytes: number): Promise<Buffer> =>
	readOwnFile(file, {
		maxBytes,
		refuse: (message, cause) =>
			new SanitizeError('USAGE', message, {hint: 'give the file as it was issued', cause}),
	});
