import type {DeviceFacts} from '../../devices/device.ts';
import type {DriveFacts, DriveSubject} from '../../devices/drive.ts';
import {foreign, type Support, supported, unsupported} from '../eraser.ts';

/** What keeps any command of a drive's own from this device: it must be a whole drive that may be written to. */
export const deviceObstacle = ({kind, readOnly}: DeviceFacts): Support | undefined => {
	if (kind !== 'disk') {
		return foreign('it is no whole drive');
	}

	return readOnly ? unsupported('it is read-only') : undefined;
};

/** Why something that applies to the drive is not known; `undefined` when nothing says so. */
export const whyUnknown = ({unknown}: DriveFacts, what: DriveSubject): string | undefined =>
	unknown.find(entry => entry.what === what)?.why;

/** Of a device that is of the right kind, what else keeps the command from it. Pure. */
export const supportBy = <Known extends object>(
	known: Known | {readonly obstacle: Support},
	obstacleOf: (known: Known) => string | undefined,
): Support => {
	if ('obstacle' in known) {
		return known.obstacle;
	}

	const obstacle = obstacleOf(known);
	return obstacle === undefined ? supported : unsupported(obstacle);
};
