import type {AtaFacts, HiddenArea} from '../drive.ts';
import {cleanText} from '../facts/text.ts';
import {type Asking, ask, foundIn, NotUnderstood, unknownIn} from './ask.ts';
import {parseDcoSectors, parseMaxSectors} from './ata-hidden.ts';
import {readAtaSanitizeStatus} from './ata-sanitize-status.ts';
import {parseSecurity} from './ata-security.ts';
import type {DriveReading} from './reading.ts';

/** Asks an ATA drive, also one behind a bridge or adapter that takes ATA commands (SAT), with `hdparm`. */
export const readAta = async (asking: Asking): Promise<DriveReading> => {
	const {node} = asking;
	const [identity, max, dco] = await Promise.all([
		ask(asking, ['hdparm', '-I', node], ({stdout}) => parseIdentity(stdout)),
		ask(asking, ['hdparm', '-N', node], ({stdout}) => parseMaxSectors(stdout)),
		ask(asking, ['hdparm', '--dco-identify', node], ({stdout}) => parseDcoSectors(stdout)),
	]);
	if ('why' in identity) {
		return {unknown: unknownIn('ata', identity)};
	}

	const {ata, sectorBytes, hasDco} = identity.found;
	const status = ata.sanitize ? await readAtaSanitizeStatus(asking) : undefined;
	const found = status && foundIn(status);
	return {
		ata: {...ata, ...(ata.sanitize && {sanitize: {...ata.sanitize, ...(found && {status: found})}})},
		hiddenAreas: hiddenAreas(foundIn(max), hasDco ? foundIn(dco) : undefined, sectorBytes),
		unknown: [
			// Whether a drive has a Host Protected Area is listed, and Accessible Max Address, which came after it, is not.
			...unknownIn('hpa', max),
			...(hasDco ? unknownIn('dco', dco) : []),
			...(status ? unknownIn('sanitize-status', status) : []),
		],
	};
};

const hiddenAreas = (
	max: ReturnType<typeof parseMaxSectors> | undefined,
	dcoSectors: number | undefined,
	sectorBytes: number,
): readonly HiddenArea[] => {
	const beyondMax = max ? max.native - max.visible : 0;
	const beyondDco = max && dcoSectors !== undefined ? dcoSectors - max.native : 0;
	return [
		...(max && beyondMax > 0 ? [{area: max.by, bytes: beyondMax * sectorBytes}] : []),
		...(beyondDco > 0 ? [{area: 'dco' as const, bytes: beyondDco * sectorBytes}] : []),
	];
};

interface Identity {
	readonly ata: AtaFacts;
	readonly sectorBytes: number;
	readonly hasDco: boolean;
}

/** `hdparm -I`. @throws NotUnderstood: of what is no ATA drive it prints a page of zeros. */
export const parseIdentity = (text: string): Identity => {
	const field = (name: string) => cleanText(new RegExp(`^\\s*${name}:\\s*(.*)$`, 'm').exec(text)?.[1]);
	const model = field('Model Number');
	if (model === null) {
		throw new NotUnderstood('it is no ATA drive, or what is between does not let ATA commands through');
	}

	const feature = (name: string) => new RegExp(`^\\s*\\*?\\s*${name}\\s*$`, 'm').test(text);
	const number = (name: string) => {
		const digits = /^\d+/.exec(field(name) ?? '')?.[0];
		return digits === undefined ? null : Number(digits);
	};
	const security = parseSecurity(text);
	return {
		ata: {
			model,
			serial: field('Serial Number'),
			firmware: field('Firmware Revision'),
			sectors: number('LBA48\\s+user addressable sectors') ?? number('LBA\\s+user addressable sectors'),
			...(security && {security}),
			...(feature('SANITIZE feature set') && {
				sanitize: {
					cryptoScramble: feature('CRYPTO_SCRAMBLE_EXT command'),
					blockErase: feature('BLOCK_ERASE_EXT command'),
					overwrite: feature('OVERWRITE_EXT command'),
					antifreezeLock: feature('SANITIZE_ANTIFREEZE_LOCK_EXT command'),
				},
			}),
		},
		sectorBytes: number('Logical\\s+Sector size') ?? number('Logical/Physical Sector size') ?? 512,
		hasDco: feature('Device Configuration Overlay feature set'),
	};
};
