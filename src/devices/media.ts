import type {DeviceFacts} from './device.ts';

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
export const notCoveredByOverwrite = ({kind, rotational}: DeviceFacts): readonly string[] => {
	switch (kind) {
		case 'memory':
			return [];
		case 'file':
		case 'loop':
			return [belowFile];
		default:
			return [
				...(rotational === true
					? []
					: ['spare and retired flash cells (over-provisioning): the host cannot address them']),
				'sectors that the drive has remapped',
				'hidden areas (HPA, DCO, AMA): they were not looked for',
			];
	}
};
