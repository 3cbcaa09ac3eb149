import path from 'node:path';
import {publicPem, type VerificationKey} from '../certificate/signing-key.ts';
import {createKeyFile, readKeyFile} from '../keys/key-file.ts';
import {type AddCommand, done, type Surroundings} from './command.ts';
import {passphraseOption} from './options.ts';
import {newPassphrase} from './session/passphrase.ts';

interface KeysOptions {
	readonly json: boolean;
	readonly passphraseFile?: string;
}

export const addKeys: AddCommand = (program, surroundings, finish) => {
	const keys = program
		.command('keys')
		.description('keys that sign certificates')
		.addHelpText('after', '\nExample:\n  zeroize keys new /root/zeroize.key');
	keys
		.command('new <file>')
		.description('make an Ed25519 key in a new file that its owner alone can read')
		.addOption(passphraseOption())
		.option('--json', 'as JSON', false)
		.addHelpText('after', '\nExample:\n  zeroize keys new /root/zeroize.key')
		.action(async (file: string, options: KeysOptions) => {
			const target = path.resolve(file);
			const passphrase = await newPassphrase(options.passphraseFile, surroundings);
			show(await createKeyFile(target, passphrase), target, options, surroundings);
			if (passphrase === undefined) {
				surroundings.stderr.write(
					'zeroize: keys new: without a passphrase: whoever reads the file can sign\n',
				);
			}

			finish(done);
		});
	keys
		.command('show <file>')
		.description('show the public half of a key, for whoever verifies')
		.option('--json', 'as JSON', false)
		.addHelpText('after', '\nExample:\n  zeroize keys show /root/zeroize.key > zeroize.pem')
		.action(async (file: string, options: KeysOptions) => {
			show(await readKeyFile(file, surroundings), path.resolve(file), options, surroundings);
			finish(done);
		});
};

// openssl passes over lines outside of a PEM block.
const show = (key: VerificationKey, file: string, {json}: KeysOptions, {stdout}: Surroundings): void => {
	const {keyId} = key;
	const publicKeyPem = publicPem(key);
	stdout.write(
		json
			? `${JSON.stringify({file, keyId, algorithm: 'Ed25519', publicKeyPem}, null, '\t')}\n`
			: `key ${keyId}\n${publicKeyPem}`,
	);
};
