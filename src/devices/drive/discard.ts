import {readAttribute, sysfsDirectory} from '../facts/sysfs.ts';
import type {DriveReading} from './reading.ts';

/** Virtio 1.2 section 5.2.3: VIRTIO_BLK_F_SECURE_ERASE. */
const secureEraseFeature = 16;

/** What the kernel says of discarding; see {@link DiscardFacts}. */
export const readDiscard = async (
	deviceNumber: string,
	name: string,
	root: string,
): Promise<DriveReading> => {
	const directory = await sysfsDirectory(deviceNumber, root);
	if (directory === null) {
		return {};
	}

	const [maxBytes, granularityBytes] = await Promise.all(
		['discard_max_bytes', 'discard_granularity'].map(async limit => {
			const text = await readAttribute(directory, 'queue', limit);
			return text === null ? null : Number(text);
		}),
	);
	return maxBytes === null || maxBytes === undefined
		? {}
		: {
				discard: {
					maxBytes,
					granularityBytes: granularityBytes ?? 0,
					secure: await isSecure(directory, name),
				},
			};
};

const isSecure = async (directory: string, name: string): Promise<boolean | null> => {
	if (/^(?:sd|nvme)/.test(name)) {
		return false;
	}

	if (!name.startsWith('vd')) {
		return null;
	}

	// A digit for each feature, the first one first.
	const features = await readAttribute(directory, 'device/features');
	return features === null ? null : features[secureEraseFeature] === '1';
};
