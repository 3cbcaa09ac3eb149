import type {DeviceFacts} from '../devices/device.ts';
import type {MmcFacts} from '../devices/drive.ts';
import {defineEraser, foreign, type Support, supported, unsupported} from './eraser.ts';
import {requireMmc} from './mmc/mmc-utils.ts';
import {requireUnprotected} from './mmc/write-protection.ts';
import {eraseNatively} from './native/erase-natively.ts';
import {deviceObstacle, whyUnknown} from './native/obstacles.ts';
import {requireName} from './tool/node.ts';

const name = 'mmc-secure';

/**
All of the user area of an eMMC is unmapped, and then sanitized: JESD84-B51 section 6.6.11, of which nothing that is not mapped survives. An interruption leaves it undefined, and has to begin it anew.

Unmapped by Trim or Erase and not by Discard, as blkdiscard does it: of what was discarded a sanitize promises nothing (6.6.12). Secure Erase and Secure Trim, which an eMMC before 4.5 may have instead, are about what is mapped now: they are in discard-secure, as a clear.
*/
export default defineEraser({
	name,
	summary: 'let an eMMC unmap its whole user area and sanitize itself',
	method: 'purge',
	technique: 'block-erase',
	leaves: 'drive-defined',
	notCovered: [
		'what stands in the other partitions of the eMMC (boot, RPMB, general purpose), where it has them: a sanitize leaves alone what is mapped',
	],
	tools: ['mmc', 'blockdev'],
	supports: facts => deviceObstacle(facts) ?? supportOf(facts),
	probe: requireMmc,
	command: (facts, node) => [...unmapping(facts, node), '&&', ...sanitizing(node)],
	async *erase(context) {
		const {device, tools, signal} = context;
		const node = requireName(name, device);
		const tool = await requireMmc(tools, signal);
		await requireUnprotected({tools, node, timeoutMs: 60_000});
		return yield* eraseNatively(
			{
				...{name, tool, estimateSeconds: null},
				command: unmapping(device.facts, node),
				afterwards: [sanitizing(node)],
			},
			context,
		);
	},
});

const supportOf = (facts: DeviceFacts): Support => {
	const {drive} = facts;
	if (!drive?.mmc) {
		const why = drive && whyUnknown(drive, 'mmc');
		return why === undefined ? foreign('it is no eMMC') : unsupported(`what it can do is not known: ${why}`);
	}

	const obstacle = obstacleOf(drive.mmc, facts);
	return obstacle === undefined ? supported : unsupported(obstacle);
};

const obstacleOf = (
	{sanitize, secureErase, secureTrim, eraseGroupBytes}: MmcFacts,
	{totalBytes}: DeviceFacts,
): string | undefined => {
	if (!sanitize) {
		const instead = secureErase ? '; discard-secure uses its Secure Erase, which is a clear' : '';
		return `the eMMC has no Sanitize (SEC_FEATURE_SUPPORT)${instead}`;
	}

	// Without Trim it erases whole groups, and nobody says what it does with a last one that is not whole.
	return secureTrim || (eraseGroupBytes !== null && totalBytes % eraseGroupBytes === 0)
		? undefined
		: 'the eMMC has no Trim, and its size is not known to be a whole number of its erase groups';
};

type Command = readonly [string, ...string[]];

const GiB = 1024 ** 3;

/** Larger ones count in 512 bytes: JESD84-B51, OCR access mode; the kernel goes by the size, too (mmc_decode_ext_csd). */
const bytesPerAddress = (totalBytes: number): number => (totalBytes > 2 * GiB ? 512 : 1);

/** From the first block to the last; by its name, which cannot become another drive's while it is held open. */
const unmapping = ({drive, totalBytes, logicalSectorBytes}: DeviceFacts, node: string): Command => {
	const last = (totalBytes - logicalSectorBytes) / bytesPerAddress(totalBytes);
	return ['mmc', 'erase', drive?.mmc?.secureTrim ? 'trim' : 'legacy', '0', String(last), node];
};

const sanitizing = (node: string): Command => ['mmc', 'sanitize', node];
