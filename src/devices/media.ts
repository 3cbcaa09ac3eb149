import type {DeviceFacts} from './device.ts';
import {hiddenFrom} from './drive/words.ts';

/** Media type for the certificate (NIST SP 800-88r2 section 4.6), as far as the facts tell it. */
export const mediaType = ({kind, transport, rotational}: DeviceFacts): string => {
	if (kind === 'file' || kind === 'memory') {
		return kind;
	}

	if (kind === 'loop') {
		return 'loop device over a file';
	}

	if (rotational === null) {
		return 'unknown';
	}

	return rotational ? 'magnetic disk' : transport === 'nvme' ? 'NVMe SSD' : 'flash (SSD)';
};

const belowFile =
	'copies of its blocks that the file system or storage underneath may keep (journal, snapshots, copy-on-write, remapped cells)';

/** What an overwrite through the host cannot reach, in plain words: no certificate is complete without it. */
export const notCoveredByOverwrite = (facts: DeviceFacts): readonly string[] => {
	switch (facts.kind) {
		case 'memory':
			return [];
		case 'file':
		case 'loop':
			return [belowFile];
		default:
			return [
				...(facts.rotational === true
					? []
					: ['spare and retired flash cells (over-provisioning): the host cannot address them']),
				remapped(facts),
				...hiddenFrom(facts),
			];
	}
};

const remapped = ({drive}: DeviceFacts): string => {
	const count = drive?.health?.reallocatedSectors ?? 0;
	return count > 0
		? `sectors that the drive has remapped: ${count} so far`
		: 'sectors that the drive has remapped';
};
