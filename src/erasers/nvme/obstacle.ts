import type {DeviceFacts} from '../../devices/device.ts';
import type {DriveFacts, NvmeFacts} from '../../devices/drive.ts';
import {foreign, type Support, unsupported} from '../eraser.ts';
import {deviceObstacle, whyUnknown} from '../native/obstacles.ts';

export interface Known {
	readonly drive: DriveFacts;
	readonly nvme: NvmeFacts;
}

/** What is known of a drive that can be told to erase itself, or why it cannot be. */
type Nvme = Known | {readonly obstacle: Support};

/** What every erasing command of NVMe needs; what is not known is an obstacle. Pure. */
export const nvmeOf = (facts: DeviceFacts): Nvme => {
	const {drive} = facts;
	const obstacle = deviceObstacle(facts);
	if (obstacle !== undefined) {
		return {obstacle};
	}

	if (!drive?.nvme) {
		const why = drive && whyUnknown(drive, 'nvme');
		return {
			obstacle:
				why === undefined
					? foreign('it is no NVMe drive')
					: unsupported(`what it can do is not known: ${why}`),
		};
	}

	const {nvme} = drive;
	if (nvme.writeProtected) {
		return {obstacle: unsupported('the namespace is write protected by the drive')};
	}

	return nvme.sanitizeStatus?.state === 'running'
		? {obstacle: unsupported('the drive is sanitizing itself already: wait until it has ended')}
		: {drive, nvme};
};

/** Others that a command would hit, too: nobody has allowed that. Pure. */
export const namespaceObstacle = ({otherNamespaces}: NvmeFacts, drive: DriveFacts): string | undefined => {
	const why = whyUnknown(drive, 'namespaces');
	if (otherNamespaces.length > 0) {
		const names = otherNamespaces.map(({id, path}) => path ?? `namespace ${id}`);
		return `it would erase the other namespaces of the drive, too: ${names.join(', ')}`;
	}

	return why === undefined
		? undefined
		: `whether the drive has other namespaces, which it would erase, too, is not known: ${why}`;
};
