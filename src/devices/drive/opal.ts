import type {OpalFacts} from '../drive.ts';
import {readAttribute} from '../facts/sysfs.ts';
import {type Asking, ask, NotUnderstood, unknownIn} from './ask.ts';
import type {DriveReading} from './reading.ts';

interface OpalAsking extends Asking {
	readonly root: string;
	readonly isAta: boolean;
}

/** Asks for the level 0 discovery of TCG, with `sedutil-cli`; the kernel does not tell it. */
export const readOpal = async ({root, isAta, ...asking}: OpalAsking): Promise<DriveReading> => {
	if (isAta && (await readAttribute(root, 'sys/module/libata/parameters/allow_tpm')) === '0') {
		const why = 'the kernel lets no TCG command through to ATA drives; start it with libata.allow_tpm=1';
		return {unknown: [{what: 'opal', why}]};
	}

	const opal = await ask(
		asking,
		['sedutil-cli', '--query', asking.node],
		({stdout, stderr}) => parseOpal(stdout + stderr),
		{accept: anyExitCode},
	);
	if ('why' in opal) {
		return {unknown: unknownIn('opal', opal)};
	}

	return opal.found ? {opal: opal.found} : {};
};

export const anyExitCode: readonly number[] = Array.from({length: 256}, (_, code) => code);

const sscs: ReadonlyArray<readonly [pattern: RegExp, ssc: NonNullable<OpalFacts['ssc']>]> = [
	[/\(0x0203\)|OPAL 2\.\d+ function/i, 'opal-2'],
	[/\(0x0200\)|OPAL 1\.\d+ function/i, 'opal-1'],
	[/\(0x0100\)|Enterprise function/i, 'enterprise'],
	[/\(0x0301\)|OPALITE/i, 'opalite'],
	[/\(0x030[23]\)|PYRITE/i, 'pyrite'],
	[/\(0x0304\)|RUBY/i, 'ruby'],
];

/** `sedutil-cli --query`; `undefined` of a drive without TCG. @throws NotUnderstood. */
export const parseOpal = (text: string): OpalFacts | undefined => {
	if (/Invalid or unsupported disk/i.test(text)) {
		return undefined;
	}

	const flag = (name: string) => new RegExp(`\\b${name} = ([YN])`).exec(text)?.[1];
	const lockingSupported = flag('LockingSupported');
	if (lockingSupported === undefined) {
		throw new NotUnderstood(
			/permission denied/i.test(text) ? 'Permission denied' : 'no locking function is described',
		);
	}

	// What is not there is no "no": by these two a revert is told to have ended.
	for (const name of ['LockingEnabled', 'Locked']) {
		if (flag(name) === undefined) {
			throw new NotUnderstood(`${name} is not told`);
		}
	}

	const is = (name: string) => flag(name) === 'Y';
	return {
		ssc: sscs.find(([pattern]) => pattern.test(text))?.[1] ?? null,
		lockingSupported: lockingSupported === 'Y',
		lockingEnabled: is('LockingEnabled'),
		locked: is('Locked'),
		mediaEncryption: is('MediaEncrypt'),
		shadowMbr: is('MBREnabled') && !is('MBRDone'),
	};
};
