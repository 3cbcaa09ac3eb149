import type {DeviceFacts} from '../../devices/device.ts';
import type {OpalFacts} from '../../devices/drive.ts';
import {foreign, type Support, unsupported} from '../eraser.ts';
import {deviceObstacle, whyUnknown} from '../native/obstacles.ts';
import {namespaceObstacle} from '../nvme/obstacle.ts';

/** Those that tell by their Locking feature whether they were reverted. */
const sscs: ReadonlySet<OpalFacts['ssc']> = new Set(['opal-1', 'opal-2', 'opalite', 'ruby']);

/** What keeps a drive from being reverted with its PSID; what is not known is an obstacle. Pure. */
export const opalObstacle = (facts: DeviceFacts): Support | undefined => {
	const {drive} = facts;
	const obstacle = deviceObstacle(facts);
	if (obstacle !== undefined || !drive) {
		return obstacle ?? foreign('it is no TCG drive');
	}

	if (!drive.opal) {
		const why = whyUnknown(drive, 'opal');
		return why === undefined
			? foreign('it is no TCG drive')
			: unsupported(`whether it is a TCG drive is not known: ${why}`);
	}

	const reason = reasonAgainst(drive.opal) ?? (drive.nvme && namespaceObstacle(drive.nvme, drive));
	return reason === undefined ? undefined : unsupported(reason);
};

const reasonAgainst = ({
	ssc,
	mediaEncryption,
	lockingSupported,
	lockingEnabled,
}: OpalFacts): string | undefined => {
	if (!sscs.has(ssc)) {
		return `it is of a kind (${ssc ?? 'not known'}) that does not tell whether it was reverted`;
	}

	if (!mediaEncryption || !lockingSupported) {
		return 'it does not encrypt its media: a revert would only unlock it';
	}

	return lockingEnabled
		? undefined
		: 'its locking is not in use: a drive need not change its key then when it is reverted';
};
