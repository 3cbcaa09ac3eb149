import {type Command, InvalidArgumentError, Option} from 'commander';
import {type Method, type Technique, techniques} from '../erasers/eraser.ts';
import {erasers} from '../erasers/index.ts';
import type {HostName} from '../hosts/host.ts';
import {defaultAtOnce} from '../planner/at-once.ts';
import {parseBytes} from '../progress.ts';

export type ProgressChoice = 'auto' | 'tty' | 'plain' | 'json';

export interface VerifyChoice {
	readonly coverage: 'full' | 'sampled' | 'none';
	readonly percent?: number;
}

/** Options that `run`, `plan` and `rehearse` share, as commander gives them. */
export interface RunOptions {
	readonly device: readonly string[];
	readonly confirm: readonly string[];
	readonly eraser?: string;
	readonly scheme?: string;
	readonly method?: Method;
	readonly technique?: Technique;
	readonly psidFile?: string;
	readonly verify?: VerifyChoice;
	readonly overlap?: boolean;
	readonly progress: ProgressChoice;
	readonly host?: HostName;
	readonly stateDir: string;
	readonly logDir?: string;
	readonly certificate?: string;
	readonly destination: readonly string[];
	readonly atOnce?: number;
	readonly key?: string;
	readonly nonce?: string;
	readonly passphraseFile?: string;
}

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

export const deviceOption = (): Option =>
	new Option('--device <target>', '/dev/…, loop:FILE or file:FILE; may be repeated')
		.argParser(collect)
		.default([], 'none');

/** @throws InvalidArgumentError, which commander turns into a usage error. */
const parseVerify = (text: string): VerifyChoice => {
	const [, coverage, percentText] = /^(full|sampled|none)(?::(.+))?$/.exec(text) ?? [];
	const percent = percentText === undefined ? undefined : Number(percentText);
	const isPercentWrong = percent !== undefined && !(coverage === 'sampled' && percent > 0 && percent <= 100);
	if (coverage === undefined || isPercentWrong) {
		throw new InvalidArgumentError('It is full, sampled, sampled:PERCENT (over 0 to 100) or none.');
	}

	return {coverage: coverage as VerifyChoice['coverage'], ...(percent !== undefined && {percent})};
};

/** Reading back is all that `zeroize verify` does, so `none` makes no sense there. */
export const parseVerifyOnly = (text: string): VerifyChoice => {
	const choice = parseVerify(text);
	if (choice.coverage === 'none') {
		throw new InvalidArgumentError('It is full, sampled or sampled:PERCENT.');
	}

	return choice;
};

export const parseSize = (text: string): number => {
	const bytes = parseBytes(text);
	if (bytes === undefined || bytes < 512 || bytes % 512 !== 0) {
		throw new InvalidArgumentError(
			'It is a size in whole sectors of 512 bytes, such as 256MiB, 4GiB or 268435968.',
		);
	}

	return bytes;
};

const parseAtOnce = (text: string): number => {
	const count = Number(text);
	if (!/^\d+$/.test(text) || count < 1 || count > mostAtOnce) {
		throw new InvalidArgumentError(`It is a whole number from 1 to ${mostAtOnce}.`);
	}

	return count;
};

// What a journal may list.
const mostAtOnce = 1024;

export const atOnceOption = (byDefault = `${defaultAtOnce}`): Option =>
	new Option(
		'--at-once <count>',
		`how many devices are worked on at a time (default: ${byDefault})`,
	).argParser(parseAtOnce);

export const progressOption = (): Option =>
	new Option('--progress <how>', 'how the run is shown')
		.choices(['auto', 'tty', 'plain', 'json'])
		.default('auto');

const schemeNames = erasers.flatMap(({schemes = []}) =>
	schemes.flatMap(({name, aliases}) => [name, ...aliases]),
);

const addCommonOptions = (command: Command): Command =>
	addDriveOptions(
		command
			.addOption(
				new Option('--eraser <name>', 'instead of what the recipe says').choices([
					'auto',
					...erasers.map(({name}) => name),
				]),
			)
			.addOption(
				new Option('--scheme <name>', 'what the eraser pattern writes; see: zeroize erasers').choices(
					schemeNames,
				),
			),
	)
		.addOption(
			new Option(
				'--verify <how>',
				'full, sampled[:PERCENT] or none, instead of what the recipe says',
			).argParser(parseVerify),
		)
		.addOption(
			new Option('--overlap', 'read back behind the writer (default: where the device is not rotational)'),
		)
		.addOption(new Option('--no-overlap', 'read back when all is written').default(undefined))
		.addOption(progressOption());

/** What is meant for drives that erase themselves. */
const addDriveOptions = (command: Command): Command =>
	command
		.addOption(
			new Option(
				'--method <name>',
				'what the eraser must be after NIST SP 800-88; purge: refused where the drive cannot do it',
			).choices(['clear', 'purge']),
		)
		.addOption(
			new Option(
				'--technique <name>',
				'what the drive must erase itself by: refused where it cannot (default: the best that it can)',
			).choices(techniques),
		)
		.addOption(
			new Option(
				'--psid-file <file>',
				'where the PSID on the label of the drive is, or a line "SERIAL PSID" for each, for opal-revert; sedutil-cli gets it as an argument, which every user of this machine can see meanwhile (ps)',
			),
		);

const addPlaces = (command: Command): Command =>
	command
		.option('--state-dir <dir>', 'where the journal and log live during the run', '/tmp')
		.option(
			'--log-dir <dir>',
			'where they end up (default: /var/log/zeroize; without root, below ~/.local/state)',
		)
		.option('--certificate <file>', 'also write the certificate there')
		.addOption(keyOption('what the recipe says'))
		.addOption(passphraseOption())
		.addOption(nonceOption())
		.addOption(
			new Option(
				'--destination <where>',
				'also deliver the records there: disk:LABEL=NAME[:/dir], https://…, syslog+tls://…; optional:… need not work; may be repeated',
			)
				.argParser(collect)
				.default([], 'what the recipe says'),
		);

export const keyOption = (byDefault: string): Option =>
	new Option('--key <file>', `sign the certificate with the key in this file (default: ${byDefault})`);

const parseNonce = (text: string): string => {
	if (!noncePattern.test(text)) {
		throw new InvalidArgumentError('It is 1 to 128 printable ASCII characters, not a space at either end.');
	}

	return text;
};

const noncePattern = /^[!-~](?:[ -~]{0,126}[!-~])?$/;

const nonceOption = (): Option =>
	new Option(
		'--nonce <text>',
		'what the auditor wants to find in the certificate, so that it is no older one',
	).argParser(parseNonce);

export const passphraseOption = (): Option =>
	new Option(
		'--passphrase-file <file>',
		'where the passphrase of the key is (default: ZEROIZE_PASSPHRASE, or asked for on a terminal)',
	);

const hostOption = (byDefault: HostName): Option =>
	new Option('--host <name>', 'what the steps around the erase act on')
		.choices(['system', 'rehearsal'])
		.default(byDefault);

/** Options of `run` and `plan`. */
export const addRunOptions = (command: Command): Command =>
	addPlaces(
		addCommonOptions(
			command
				.addOption(deviceOption())
				.addOption(
					new Option(
						'--confirm <text>',
						"the device's serial number, or its path where it has none; repeat per device",
					)
						.argParser(collect)
						.default([], 'asked for on a terminal'),
				)
				.addOption(atOnceOption()),
		).addOption(hostOption('system')),
	);

/** Options of `rehearse`: the device and its confirmation are its own. */
export const addRehearseOptions = (command: Command): Command =>
	addPlaces(addCommonOptions(command).addOption(hostOption('rehearsal')));
