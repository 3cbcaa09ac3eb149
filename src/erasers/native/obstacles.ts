import type {DeviceFacts} from '../../devices/device.ts';
import type {DriveFacts, DriveSubject} from '../../devices/drive.ts';

/** What keeps any command of a drive's own from this device: it must be a whole drive that may be written to. */
export const deviceObstacle = ({kind, readOnly}: DeviceFacts): string | undefined => {
	if (kind !== 'disk') {
		return 'it is no whole drive';
	}

	return readOnly ? 'it is read-only' : undefined;
};

/** Why something that applies to the drive is not known; `undefined` when nothing says so. */
export const whyUnknown = ({unknown}: DriveFacts, what: DriveSubject): string | undefined =>
	unknown.find(entry => entry.what === what)?.why;
