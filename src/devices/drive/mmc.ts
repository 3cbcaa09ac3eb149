import type {DriveHealth, HiddenArea, MmcFacts} from '../drive.ts';
import {readAttribute} from '../facts/sysfs.ts';
import {type Asking, ask, NotUnderstood, unknownIn} from './ask.ts';
import type {DriveReading} from './reading.ts';

/** Reads the EXT_CSD of an eMMC, with `mmc` of mmc-utils. A memory card (SD) has none. */
export const readMmc = async (
	asking: Asking,
	{name, root}: {readonly name: string; readonly root: string},
): Promise<DriveReading> => {
	if ((await readAttribute(root, 'sys/block', name, 'device/type')) === 'SD') {
		return {};
	}

	const registers = await ask(asking, ['mmc', 'extcsd', 'read', asking.node], ({stdout}) =>
		parseExtCsd(stdout),
	);
	return 'found' in registers ? registers.found : {unknown: unknownIn('mmc', registers)};
};

const KiB = 1024;

/** `mmc extcsd read`. @throws NotUnderstood. */
export const parseExtCsd = (
	text: string,
): Required<Pick<DriveReading, 'mmc' | 'hiddenAreas'>> & DriveReading => {
	const register = (name: string) => {
		const digits = new RegExp(`\\[${name}(?:: |\\]: )0x([\\da-f]+)`, 'i').exec(text)?.[1];
		return digits === undefined ? undefined : Number.parseInt(digits, 16);
	};
	const secure = register('SEC_FEATURE_SUPPORT');
	if (secure === undefined) {
		throw new NotUnderstood('no EXT_CSD with SEC_FEATURE_SUPPORT');
	}

	const has = (bit: number) => ((secure >> bit) & 1) === 1;
	const groupBytes = (register('HC_ERASE_GRP_SIZE') ?? 0) * 512 * KiB;
	const mmc: MmcFacts = {
		revision: /\(MMC (\d[\d.]*)\)/.exec(text)?.[1] ?? null,
		sanitize: has(6),
		secureErase: has(0),
		secureTrim: has(4),
		eraseGroupBytes: register('ERASE_GROUP_DEF') === 1 && groupBytes > 0 ? groupBytes : null,
	};
	const health = healthOf(register);
	return {mmc, hiddenAreas: areasOf(register, groupBytes), ...(health && {health})};
};

type Register = (name: string) => number | undefined;

const areasOf = (register: Register, groupBytes: number): readonly HiddenArea[] => {
	const general = ['1', '2', '3', '4'].reduce(
		(sum, part) => sum + (register(`GP_SIZE_MULT_${part}`) ?? 0),
		0,
	);
	const sizes: readonly HiddenArea[] = [
		// Two of them, of the same size.
		{area: 'boot', bytes: 2 * (register('BOOT_SIZE_MULTI') ?? 0) * 128 * KiB},
		{area: 'rpmb', bytes: (register('RPMB_SIZE_MULT') ?? 0) * 128 * KiB},
		{area: 'general-purpose', bytes: general * (register('HC_WP_GRP_SIZE') ?? 0) * groupBytes},
	];
	return sizes.filter(({bytes}) => bytes > 0);
};

/** Both estimates are tenths of the expected life, 0Bh is beyond it; PRE_EOL_INFO 03h: the spare blocks are nearly used up. Since eMMC 5.0. */
const healthOf = (register: Register): DriveHealth | undefined => {
	const estimates = ['A', 'B'].map(type => register(`EXT_CSD_DEVICE_LIFE_TIME_EST_TYP_${type}`) ?? 0);
	const used = Math.max(...estimates);
	const preEol = register('EXT_CSD_PRE_EOL_INFO') ?? 0;
	return used + preEol === 0
		? undefined
		: {
				passed: preEol !== 3 && used < 0x0b,
				temperatureCelsius: null,
				reallocatedSectors: null,
				percentageUsed: used === 0 ? null : used * 10,
				powerOnHours: null,
				source: 'mmc',
			};
};
