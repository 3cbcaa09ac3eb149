import {basename} from 'node:path';
import type {DeviceFacts, DeviceSurroundings} from '../device.ts';
import type {DriveFacts} from '../drive.ts';
import {readAttribute, sysfsDirectory} from '../facts/sysfs.ts';
import type {Asking} from './ask.ts';
import {readAta} from './ata.ts';
import {readDiscard} from './discard.ts';
import {readLuks} from './luks.ts';
import {readMmc} from './mmc.ts';
import {readNvme} from './nvme.ts';
import {readOpal} from './opal.ts';
import {combine, type DriveReading} from './reading.ts';
import {readScsi} from './scsi.ts';
import {readSmart} from './smart.ts';

export interface LookOptions {
	/** How long each program may take. */
	readonly timeoutMs?: number;
}

/**
The facts with what the drive says about itself; the same facts where there is no drive to ask, and no program is started then. Reads only. What a tool that is missing, a drive that does not answer or a lack of rights keeps secret is in {@link DriveFacts.unknown}; nothing of it is thrown.
*/
export const withDrive = async (
	facts: DeviceFacts,
	surroundings: DeviceSurroundings,
	options: LookOptions = {},
): Promise<DeviceFacts> => {
	const drive = await lookAtDrive(facts, surroundings, options);
	return drive ? {...facts, drive} : facts;
};

const lookAtDrive = async (
	facts: DeviceFacts,
	{tools, root}: DeviceSurroundings,
	{timeoutMs = 10_000}: LookOptions,
): Promise<DriveFacts | undefined> => {
	const {deviceNumber, path, contents} = facts;
	const isEncrypted = contents.fileSystem === 'crypto_LUKS';
	if (deviceNumber === null || facts.kind === 'file' || (facts.kind !== 'disk' && !isEncrypted)) {
		return undefined;
	}

	const asking: Asking = {tools, node: path, timeoutMs};
	const readings = await Promise.all([
		...(facts.kind === 'disk' ? await readersOf(facts, deviceNumber, asking, root) : []),
		...(isEncrypted ? [readLuks(asking)] : []),
	]);
	return toFacts(combine(readings), facts);
};

/** All at once, and only those that the drive can understand. */
const readersOf = async (
	{transport}: DeviceFacts,
	deviceNumber: string,
	asking: Asking,
	root: string,
): Promise<ReadonlyArray<Promise<DriveReading>>> => {
	const directory = await sysfsDirectory(deviceNumber, root);
	const name = basename(directory ?? asking.node);
	const discard = readDiscard(deviceNumber, name, root);
	const opal = (isAta: boolean) => readOpal({...asking, root, isAta});
	if (name.startsWith('nvme')) {
		return [readNvme(asking, {deviceNumber, root}), readSmart(asking), opal(false), discard];
	}

	if (name.startsWith('mmcblk')) {
		return [readMmc(asking, {name, root}), discard];
	}

	if (!name.startsWith('sd')) {
		return [discard];
	}

	// The kernel's translation and that of SAS adapters say ATA for whoever made the disk.
	const vendor = directory === null ? null : await readAttribute(directory, 'device/vendor');
	const isAta = vendor === 'ATA' || transport === 'sata' || transport === 'ata';
	const isBridged = transport === 'usb';
	return [
		...(isAta || isBridged ? [readAta(asking)] : [readScsi(asking)]),
		readSmart(asking),
		...(isBridged ? [] : [opal(isAta)]),
		discard,
	];
};

const toFacts = (reading: DriveReading, facts: DeviceFacts): DriveFacts => {
	const {hiddenAreas = [], unknown = [], mmc, nvme, ata, discard, ...rest} = reading;
	const isBridged = facts.transport === 'usb' && ata !== undefined;
	return {
		...rest,
		...(nvme && {nvme}),
		...(ata && {ata}),
		...(mmc && {mmc}),
		...(discard && {discard: mmc ? {...discard, secure: mmc.secureErase} : discard}),
		...(isBridged && {
			bridge: {model: ata.model, serial: ata.serial, isHonest: ata.serial === facts.serial},
		}),
		selfEncrypting: isSelfEncrypting(reading),
		hiddenAreas,
		// Without these commands there is no TCG, whatever could be asked.
		unknown: unknown.filter(({what}) => !(what === 'opal' && nvme && !nvme.securityCommands)),
	};
};

const isSelfEncrypting = ({opal, ata, nvme, scsi}: DriveReading): boolean | null => {
	const canForgetItsKey =
		ata?.sanitize?.cryptoScramble ||
		nvme?.sanitize.cryptoErase ||
		nvme?.format.cryptoErase ||
		scsi?.sanitize.cryptoErase ||
		opal?.mediaEncryption;
	if (canForgetItsKey) {
		return true;
	}

	return opal || (nvme && !nvme.securityCommands) ? false : null;
};
