import type {DeviceFacts} from '../../devices/device.ts';
import {describeArea, driveWarnings} from '../../devices/drive/words.ts';
import type {DriveFacts} from '../../devices/drive.ts';

/** What the drive says about itself, for `zeroize devices`. Not wrapped. */
export const driveLines = (facts: DeviceFacts): readonly string[] => {
	const {drive} = facts;
	if (!drive) {
		return [];
	}

	const own = capabilities(drive);
	const states = statesOf(drive);
	return [
		...(own.length > 0 ? [`can by itself: ${own.join(', ')}`] : []),
		...(states.length > 0 ? [`drive: ${states.join(', ')}`] : []),
		...healthLine(drive),
		...drive.hiddenAreas.map(area => `hidden: ${describeArea(area)}`),
		...drive.unknown.map(({what, why}) => `not known: ${what}: ${why}`),
		...driveWarnings(facts).map(warning => `WARNING: ${warning}`),
	];
};

/** Names of those that are true. */
const named = (flags: Readonly<Record<string, boolean | null | undefined>>): readonly string[] =>
	Object.entries(flags).flatMap(([name, isSo]) => (isSo ? [name] : []));

const capabilities = ({nvme, ata, scsi, opal, luks, mmc, discard}: DriveFacts): readonly string[] =>
	named({
		'NVMe sanitize (crypto erase)': nvme?.sanitize.cryptoErase,
		'NVMe sanitize (block erase)': nvme?.sanitize.blockErase,
		'NVMe sanitize (overwrite)': nvme?.sanitize.overwrite,
		'NVMe format (crypto erase)': nvme?.format.supported && nvme.format.cryptoErase,
		'NVMe format (user data erase)': nvme?.format.supported,
		'ATA sanitize (crypto scramble)': ata?.sanitize?.cryptoScramble,
		'ATA sanitize (block erase)': ata?.sanitize?.blockErase,
		'ATA sanitize (overwrite)': ata?.sanitize?.overwrite,
		'ATA security erase (enhanced)': ata?.security?.enhancedErase,
		'ATA security erase': ata?.security !== undefined,
		'SCSI sanitize (crypto erase)': scsi?.sanitize.cryptoErase,
		'SCSI sanitize (block erase)': scsi?.sanitize.blockErase,
		'SCSI sanitize (overwrite)': scsi?.sanitize.overwrite,
		'TCG revert': opal?.lockingSupported,
		'LUKS key slots': luks !== undefined,
		'eMMC sanitize': mmc?.sanitize,
		'eMMC secure erase': mmc?.secureErase,
		'secure discard': discard?.secure,
	});

const statesOf = ({selfEncrypting, ata, opal, nvme, bridge, luks}: DriveFacts): readonly string[] => [
	...named({
		'self-encrypting': selfEncrypting,
		'ATA security frozen': ata?.security?.frozen,
		'ATA password set': ata?.security?.enabled,
		'ATA password attempts used up': ata?.security?.countExpired,
		'TCG locking enabled': opal?.lockingEnabled,
		'write protected': nvme?.writeProtected,
		'behind a USB bridge': bridge !== undefined,
	}),
	...(nvme && nvme.otherNamespaces.length > 0 ? [`${nvme.otherNamespaces.length} other namespaces`] : []),
	...(luks ? [`LUKS${luks.version} with ${luks.keySlots.length} key slots in use`] : []),
];

const healthLine = ({health}: DriveFacts): readonly string[] => {
	if (!health) {
		return [];
	}

	const {passed, temperatureCelsius, reallocatedSectors, percentageUsed, powerOnHours, source} = health;
	const parts = [
		passed === null ? 'no verdict' : passed ? 'passed' : 'FAILING',
		temperatureCelsius === null ? null : `${temperatureCelsius} C`,
		reallocatedSectors === null ? null : `${reallocatedSectors} sectors replaced`,
		percentageUsed === null ? null : `${percentageUsed} % of its life used`,
		powerOnHours === null ? null : `${powerOnHours} h on`,
	].filter(part => part !== null);
	return [`health: ${parts.join(', ')} (${source})`];
};
