import type {Learnt} from '../devices/drive/ask.ts';
import type {OpalFacts, SanitizeStatus} from '../devices/drive.ts';
import {SanitizeError, toSanitizeError} from '../errors.ts';
import {defineEraser, type EraseContext, type ErasePoint, type EraseResult, supported} from './eraser.ts';
import {eraseNatively} from './native/erase-natively.ts';
import type {NativeOperation} from './native/operation.ts';
import {requireAlone} from './nvme/require-alone.ts';
import {opalObstacle} from './opal/obstacle.ts';
import {readPsid} from './opal/psid.ts';
import {queryOpal, requireSedutil} from './opal/sedutil.ts';
import {requireName} from './tool/node.ts';

const name = 'opal-revert';

/**
Takes a self-encrypting drive back to how it left the factory, with the PSID on its label: all its media keys are replaced. TCG Storage Opal SSC 2.01 section 5.1.2.2 (Revert) and Opal SSC Feature Set: PSID 1.00.

sedutil-cli takes the PSID as an argument alone, and older releases tell it in what they say: so nothing of that is passed on that has it.
*/
export default defineEraser({
	name,
	summary:
		'take a self-encrypting drive (TCG Opal) back to how it left the factory, with the PSID on its label',
	method: 'purge',
	technique: 'cryptographic-erase',
	leaves: 'drive-defined',
	notCovered: [
		'what the drive keeps outside of its locking ranges, such as its logs: a revert need not touch it',
	],
	tools: ['sedutil-cli', 'blockdev'],
	needsPsid: true,
	supports: facts => opalObstacle(facts) ?? supported,
	probe: requireSedutil,
	command: (_facts, node) => commandFor('<PSID>', node),
	erase,
});

const commandFor = (psid: string, node: string): NativeOperation['command'] => [
	'sedutil-cli',
	'--PSIDrevert',
	psid,
	node,
];

/** A new key is a matter of seconds; some drives also unmap all they have. */
const estimateSeconds = 60;

async function* erase(context: EraseContext): AsyncGenerator<ErasePoint, EraseResult, undefined> {
	const {device, tools, signal, psidFile} = context;
	const {facts} = device;
	const node = requireName(name, device);
	const tool = await requireSedutil(tools, signal);
	if (psidFile === undefined) {
		throw new SanitizeError('KEY_UNUSABLE', `${name}: no PSID was given for ${facts.path}`, {
			hint: '--psid-file FILE',
		});
	}

	const psid = await readPsid(psidFile, facts.serial);
	const now = await queryOpal(tools, node);
	requireAsPlanned(now, context);
	if (facts.drive?.nvme) {
		await requireAlone(name, context, node);
	}

	const status = async () => statusOf(await queryOpal(tools, node));
	const operation = {name, tool, command: commandFor(psid, node), estimateSeconds, status};
	try {
		return yield* eraseNatively(operation, {...context, canary: wantsCanary(now, context)});
	} catch (error) {
		throw without(psid, toSanitizeError(error));
	}
}

/** `never`: its locking is in use, so it was not reverted. */
const statusOf = (learnt: Learnt<OpalFacts>): Learnt<SanitizeStatus> =>
	'why' in learnt
		? learnt
		: {found: {state: learnt.found.lockingEnabled || learnt.found.locked ? 'never' : 'idle'}};

const requireAsPlanned = (now: Learnt<OpalFacts>, {device, announced}: EraseContext): void => {
	const {facts} = device;
	if ('why' in now || announced || !facts.drive) {
		return;
	}

	const obstacle = opalObstacle({...facts, drive: {...facts.drive, opal: now.found}});
	if (obstacle && !obstacle.supported) {
		throw new SanitizeError('UNSUPPORTED', `${facts.path} is not as it was planned: ${obstacle.reason}`, {
			hint: 'see: zeroize devices; then start a new run',
		});
	}
};

/** A drive that is locked takes no canary. One that was reverted since the command was announced must show that it has a new key now, whatever was asked for: somebody else may have unlocked it, and kept the key. */
const wantsCanary = (now: Learnt<OpalFacts>, {device, canary, announced, warn}: EraseContext): boolean => {
	const opal = 'found' in now ? now.found : undefined;
	const isReverted = announced !== undefined && opal?.lockingEnabled === false;
	if (!canary && !isReverted) {
		return false;
	}

	if (opal?.locked || opal?.shadowMbr) {
		warn({
			code: 'WRITE_FAILED',
			message: `${device.facts.path}: it is locked, and takes no writes: no canary is written before ${name}`,
		});
		return false;
	}

	return true;
};

const without = (psid: string, {code, message, hint}: SanitizeError): SanitizeError =>
	new SanitizeError(code, message.replaceAll(psid, '<PSID>'), {hint});
