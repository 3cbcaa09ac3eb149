import {formatBytes} from '../../progress.ts';
import type {DeviceFacts} from '../device.ts';
import type {DriveFacts, DriveSubject, HiddenArea, SanitizeStatus} from '../drive.ts';
import {recoveryLines} from './ata-password.ts';

const areaNames: Readonly<Record<HiddenArea['area'], string>> = {
	hpa: 'Host Protected Area (HPA)',
	ama: 'area beyond the Accessible Max Address (AMA)',
	dco: 'area that the Device Configuration Overlay (DCO) hides',
	unallocated: 'capacity that belongs to no NVMe namespace',
	boot: 'boot partitions of the eMMC',
	rpmb: 'Replay Protected Memory Block (RPMB) of the eMMC',
	'general-purpose': 'general purpose partitions of the eMMC',
};

/** `Host Protected Area (HPA): 1.0 GiB (1073741824 bytes)`. */
export const describeArea = ({area, bytes}: HiddenArea): string =>
	`${areaNames[area]}: ${formatBytes(bytes)} (${bytes} bytes)`;

/** What the host cannot address, and what could not be learnt about that; a plain sentence each. */
export const hiddenFrom = ({drive}: DeviceFacts): readonly string[] => {
	const known = drive
		? [...drive.hiddenAreas.map(describeArea), ...uncertain(drive), ...otherNamespaces(drive)]
		: [];
	if (drive?.scsi) {
		return [
			...known,
			'sectors beyond a capacity that was set smaller (MODE SELECT): they were not looked for',
		];
	}

	return known.length === 0 && !(drive?.nvme || drive?.ata || drive?.mmc)
		? ['hidden areas (HPA, DCO, AMA): they were not looked for']
		: known;
};

/** Without these nobody knows of hidden areas. */
const askedForAreas: ReadonlySet<DriveSubject> = new Set(['nvme', 'ata', 'hpa', 'dco', 'mmc']);

const uncertain = ({unknown}: DriveFacts): readonly string[] => {
	const reasons = unknown
		.filter(({what}) => askedForAreas.has(what))
		// The way out is for the operator, and not for a certificate.
		.map(({what, why}) => [what, why.replace(/ \(install.*\)$/, '')] as const)
		.map(([what, why]) => (what === 'hpa' || what === 'dco' ? `${what.toUpperCase()}: ${why}` : why));
	return reasons.length > 0
		? [`hidden areas: whether there are any is not known (${reasons.join('; ')})`]
		: [];
};

const otherNamespaces = ({nvme}: DriveFacts): readonly string[] => {
	const others = nvme?.otherNamespaces ?? [];
	const names = others.map(({id, path}) => path ?? `namespace ${id}, which is not attached`);
	return names.length > 0 ? [`other namespaces of the same drive: ${names.join(', ')}`] : [];
};

/** What the operator should know of the drive before it is erased; nothing of it stops an overwrite. */
export const driveWarnings = (facts: DeviceFacts): readonly string[] => {
	const {drive} = facts;
	return drive
		? [
				...healthWarnings(drive),
				...bridgeWarnings(facts, drive),
				...sanitizeWarnings(drive),
				...lockWarnings(facts, drive),
			]
		: [];
};

const healthWarnings = ({health}: DriveFacts): readonly string[] => {
	if (health?.passed !== false) {
		return health && (health.percentageUsed ?? 0) > 100
			? [`the drive is worn out: ${health.percentageUsed} % of the endurance that its maker expects are used`]
			: [];
	}

	const reallocated = health.reallocatedSectors ?? 0;
	const details = reallocated > 0 ? `; it has replaced ${reallocated} sectors` : '';
	return [`the drive reports that it is failing (${health.source})${details}: expect write errors`];
};

const bridgeWarnings = ({serial}: DeviceFacts, {bridge}: DriveFacts): readonly string[] =>
	bridge?.isHonest === false
		? [
				`the USB bridge says serial ${serial ?? 'none'}, the drive behind it ${bridge.serial ?? 'none'} (${bridge.model ?? 'model unknown'}): the second one is on its label`,
			]
		: [];

/** What is left of an operation of the drive's own, if anything that matters is. */
export const sanitizeStatusOf = ({nvme, ata, scsi}: DriveFacts): SanitizeStatus | undefined =>
	nvme?.sanitizeStatus ?? ata?.sanitize?.status ?? scsi?.sanitizeStatus;

const sanitizeWarnings = (drive: DriveFacts): readonly string[] => {
	const {state, progress} = sanitizeStatusOf(drive) ?? {};
	const done = progress === undefined ? '' : ` (${Math.floor(progress * 100)} %)`;
	return [
		...(state === 'running'
			? [`the drive is sanitizing itself${done}: until it ends it is not erased, and takes no writes`]
			: []),
		...(state === 'failed'
			? ['the last sanitize operation of the drive failed: it may take no reads or writes before another one']
			: []),
	];
};

const lockWarnings = ({path}: DeviceFacts, {ata, opal, nvme}: DriveFacts): readonly string[] => [
	...(ata?.security?.locked
		? [
				`the drive is locked by an ATA password: it takes no reads or writes; if zeroize has set it: ${recoveryLines(path)}`,
			]
		: []),
	...(opal?.locked ? ['the drive is locked (TCG): it takes no writes to locked ranges'] : []),
	...(opal?.shadowMbr ? ['the drive shows a small start disk (TCG shadow MBR) in place of its media'] : []),
	...(nvme?.writeProtected ? ['the namespace is write protected by the drive'] : []),
];
