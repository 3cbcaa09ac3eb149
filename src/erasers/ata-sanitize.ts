import type {DeviceFacts} from '../devices/device.ts';
import type {Learnt} from '../devices/drive/ask.ts';
import {readAtaSanitizeStatus} from '../devices/drive/ata-sanitize-status.ts';
import {lostAnswer} from '../devices/drive/hdparm-sense.ts';
import type {SanitizeStatus} from '../devices/drive.ts';
import type {Tools} from '../process.ts';
import {requireHdparm} from './ata/hdparm.ts';
import {ataOf, isBridged, securityObstacle} from './ata/obstacle.ts';
import {defineEraser, type Technique} from './eraser.ts';
import {eraseNatively} from './native/erase-natively.ts';
import {supportBy, whyUnknown} from './native/obstacles.ts';
import {requireName} from './tool/node.ts';

const name = 'ata-sanitize';

/** The drive's Sanitize commands: ACS-4 4.18 and 7.36. They go over all user data, also what HPA, DCO or AMA hide and sectors that were replaced. */
export default defineEraser({
	name,
	summary: 'let a SATA drive sanitize itself, all of it: by a new key, block erase or overwrite',
	method: 'purge',
	technique: 'cryptographic-erase',
	leaves: 'drive-defined',
	reachesHidden: true,
	tools: ['hdparm', 'blockdev'],
	supports: facts => supportBy(ataOf(facts), () => obstacleOf(facts)),
	techniques,
	probe: requireHdparm,
	command: (facts, node, technique) => commandFor(node, technique ?? techniques(facts)[0]),
	async *erase(context) {
		const {device, tools, signal} = context;
		const node = requireName(name, device);
		const tool = await requireHdparm(tools, signal);
		const command = commandFor(node, context.technique ?? techniques(device.facts)[0]);
		const status = async () => readStatus(tools, node);
		return yield* eraseNatively(
			{name, tool, command, estimateSeconds: null, status, faultIn: lostAnswer},
			context,
		);
	},
});

const obstacleOf = (facts: DeviceFacts): string | undefined => {
	const {sanitize, security} = facts.drive?.ata ?? {};
	if (techniques(facts).length === 0) {
		return 'the drive has no Sanitize commands';
	}

	const lock = security?.locked ? securityObstacle(security, facts.path) : undefined;
	if (lock) {
		return `${lock.reason}: ${lock.wayOut}`;
	}

	const state = sanitize?.status?.state;
	if (state === undefined) {
		const why = facts.drive && whyUnknown(facts.drive, 'sanitize-status');
		return `how its last sanitize came out is not known${why === undefined ? '' : `: ${why}`}`;
	}

	if (state === 'frozen') {
		return 'its Sanitize commands are frozen: switch the drive off and on, then start again';
	}

	// Of zeros nobody can tell whether the drive said them: a bridge that keeps what a drive answers gives zeros, too.
	return state === 'idle' && isBridged(facts)
		? 'whether the USB bridge passes the commands and their answers is not known: connect the drive to a SATA port'
		: undefined;
};

/** A key that is thrown away leaves nothing anywhere; an overwrite takes hours. */
function techniques({drive}: Pick<DeviceFacts, 'drive'>): readonly Technique[] {
	const {cryptoScramble, blockErase, overwrite} = drive?.ata?.sanitize ?? {};
	return [
		...(cryptoScramble ? (['cryptographic-erase'] as const) : []),
		...(blockErase ? (['block-erase'] as const) : []),
		...(overwrite ? (['overwrite'] as const) : []),
	];
}

const actions: Readonly<Record<Technique, readonly string[]>> = {
	'block-erase': ['--sanitize-block-erase'],
	// Of 0 passes the drive would make 16.
	overwrite: ['--sanitize-overwrite-passes', '1', '--sanitize-overwrite', 'hex:00000000'],
	'cryptographic-erase': ['--sanitize-crypto-scramble'],
};

const commandFor = (
	node: string,
	technique: Technique = 'cryptographic-erase',
): readonly [string, ...string[]] => ['hdparm', '--yes-i-know-what-i-am-doing', ...actions[technique], node];

/**
How the drive's sanitize is. "Idle" is no end of one: after one that ended well the drive says so (bit 15 of the answer), and zeros also come from an adapter that keeps the answers for itself (openSeaChest issue 229: SAS3008).
*/
const readStatus = async (tools: Tools, node: string): Promise<Learnt<SanitizeStatus>> => {
	const learnt = await readAtaSanitizeStatus({tools, node, timeoutMs: 30_000});
	return 'found' in learnt && learnt.found.state === 'idle' ? {found: {state: 'never'}} : learnt;
};
