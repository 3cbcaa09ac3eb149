import type {DeviceFacts} from '../devices/device.ts';
import {readScsiSanitizeStatus} from '../devices/drive/scsi.ts';
import type {DriveFacts, ScsiFacts} from '../devices/drive.ts';
import {type ErrorCode, SanitizeError} from '../errors.ts';
import {defineEraser, foreign, type Support, supported, type Technique, unsupported} from './eraser.ts';
import {eraseNatively} from './native/erase-natively.ts';
import {deviceObstacle, whyUnknown} from './native/obstacles.ts';
import {requireSgSanitize} from './scsi/sg3-utils.ts';
import {requireName} from './tool/node.ts';

const name = 'scsi-sanitize';

/** The drive's SANITIZE command: SBC-4 section 5.31, and 4.11 for what it reaches. */
export default defineEraser({
	name,
	summary: 'let a SCSI or SAS drive sanitize itself, all of it: by a new key, block erase or overwrite',
	method: 'purge',
	technique: 'cryptographic-erase',
	leaves: 'drive-defined',
	reachesHidden: true,
	notCovered: [
		'other logical units of the same drive, as a disk with two actuators has them: each sanitizes itself alone',
	],
	tools: ['sg_sanitize', 'sg_requests', 'blockdev'],
	supports(facts) {
		return deviceObstacle(facts) ?? supportOf(facts);
	},
	techniques,
	probe: requireSgSanitize,
	command: (facts, node, technique) => commandFor(node, technique ?? techniques(facts)[0]),
	async *erase(context) {
		const {device, tools, signal} = context;
		const node = requireName(name, device);
		const tool = await requireSgSanitize(tools, signal);
		const command = commandFor(node, context.technique ?? techniques(device.facts)[0]);
		const status = async () => readScsiSanitizeStatus({tools, node, timeoutMs: 30_000});
		try {
			return yield* eraseNatively({name, tool, command, estimateSeconds: null, status}, context);
		} catch (error) {
			throw withWayOut(error, node);
		}
	},
});

const supportOf = ({drive}: DeviceFacts): Support => {
	if (!drive?.scsi) {
		const why = drive && whyUnknown(drive, 'scsi');
		return why === undefined
			? foreign('it is no SCSI drive')
			: unsupported(`what it can do is not known: ${why}`);
	}

	const obstacle = obstacleOf(drive, drive.scsi);
	return obstacle === undefined ? supported : unsupported(obstacle);
};

const obstacleOf = (drive: DriveFacts, {sanitizeStatus}: ScsiFacts): string | undefined => {
	if (techniques({drive}).length === 0) {
		return 'the drive has no SANITIZE command';
	}

	const why = whyUnknown(drive, 'sanitize-status');
	if (why !== undefined) {
		return `how its last sanitize came out is not known: ${why}`;
	}

	return sanitizeStatus?.state === 'running'
		? 'the drive is sanitizing itself already: wait until it has ended'
		: undefined;
};

/** A key that is thrown away leaves nothing anywhere; an overwrite takes hours. */
function techniques({drive}: Pick<DeviceFacts, 'drive'>): readonly Technique[] {
	const {cryptoErase, blockErase, overwrite} = drive?.scsi?.sanitize ?? {};
	return [
		...(cryptoErase ? (['cryptographic-erase'] as const) : []),
		...(blockErase ? (['block-erase'] as const) : []),
		...(overwrite ? (['overwrite'] as const) : []),
	];
}

const actions: Readonly<Record<Technique, readonly string[]>> = {
	'block-erase': ['--block'],
	overwrite: ['--overwrite', '--zero', '--count=1'],
	'cryptographic-erase': ['--crypto'],
};

// Without --ause: a drive whose sanitize fails gives nothing back before another one has ended well.
const commandFor = (
	node: string,
	technique: Technique = 'cryptographic-erase',
): readonly [string, ...string[]] => ['sg_sanitize', ...actions[technique], '--early', '--quick', node];

/** What is particular to SCSI about a failure. */
const withWayOut = (error: unknown, node: string): unknown => {
	const wayOut = error instanceof SanitizeError ? waysOut(node)[error.code] : undefined;
	if (!(error instanceof SanitizeError) || wayOut === undefined) {
		return error;
	}

	const {code, message, hint = 'do not release the device', cause} = error;
	return new SanitizeError(code, message, {hint: `${hint}; ${wayOut}`, cause});
};

const waysOut = (node: string): {readonly [Code in ErrorCode]?: string} => ({
	ERASER_FAILED: `a drive whose sanitize failed takes nothing but another sanitize, or, where that one was begun with --ause, the end of its failure mode (sg_sanitize --fail ${node}), which may show old data again`,
	// SBC-4 4.11.3 and the fields WABEREQ and WACEREQ.
	UNREADABLE: `some drives let no sector be read after a sanitize that was not written since ("sg_vpd --page=bdc ${node}" says WABEREQ or WACEREQ above 1): overwrite it then, as a clear (--eraser direct)`,
});
