import type {DeviceFacts} from '../../devices/device.ts';
import {recoveryLines} from '../../devices/drive/ata-password.ts';
import type {AtaFacts, DriveFacts} from '../../devices/drive.ts';
import {foreign, type Support, unsupported} from '../eraser.ts';
import {deviceObstacle, whyUnknown} from '../native/obstacles.ts';

interface Known {
	readonly drive: DriveFacts;
	readonly ata: AtaFacts;
}

/** What is known of a drive that can be told to erase itself, or why it cannot be. */
type Ata = Known | {readonly obstacle: Support};

/** What every erasing command of ATA needs; what is not known is an obstacle. Pure. */
export const ataOf = (facts: DeviceFacts): Ata => {
	const {drive} = facts;
	const obstacle = deviceObstacle(facts);
	if (obstacle !== undefined) {
		return {obstacle};
	}

	if (!drive?.ata) {
		const why = drive && whyUnknown(drive, 'ata');
		return {
			obstacle:
				why === undefined
					? foreign('it is no ATA drive')
					: unsupported(`what it can do is not known: ${why}`),
		};
	}

	return drive.ata.sanitize?.status?.state === 'running'
		? {obstacle: unsupported('the drive is sanitizing itself already: wait until it has ended')}
		: {drive, ata: drive.ata};
};

/** Whether something stands between the drive and the machine that may swallow commands, or their answers. */
export const isBridged = ({transport, drive}: DeviceFacts): boolean =>
	transport === 'usb' || drive?.bridge !== undefined;

type Security = NonNullable<AtaFacts['security']>;

interface Obstacle {
	readonly reason: string;
	readonly wayOut: string;
}

const unfreeze =
	'let the machine sleep and wake (systemctl suspend), or pull the power of the drive alone while the machine runs and plug it in again';

/** What keeps a drive from taking a password and an erase. A password on it may be `ours`, of a run that was interrupted. Pure. */
export const securityObstacle = (
	{enabled, locked, frozen, countExpired}: Security,
	path: string,
	{isOurs = false}: {readonly isOurs?: boolean} = {},
): Obstacle | undefined => {
	if (countExpired) {
		return {
			reason: 'too many wrong passwords were tried on the drive',
			wayOut: 'switch it off and on, then start again',
		};
	}

	if (enabled && !isOurs) {
		const state = locked ? 'is set on the drive, and it is locked' : 'is set on the drive';
		return {
			reason: `a password ${state} (ATA Security)`,
			wayOut: `where a run of zeroize that was interrupted has set it, resume that run, or take it off: ${recoveryLines(path)}; else whoever has set it must take it off`,
		};
	}

	return frozen
		? {
				reason: 'the drive is frozen, as the firmware of most machines leaves it when it starts',
				wayOut: `${unfreeze}; then start again`,
			}
		: undefined;
};
