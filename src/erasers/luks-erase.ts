import type {DeviceFacts} from '../devices/device.ts';
import type {LuksFacts} from '../devices/drive/luks-facts.ts';
import {SanitizeError, toSanitizeError} from '../errors.ts';
import {defineEraser, type EraseContext, type ErasePoint, type EraseResult, supported} from './eraser.ts';
import {readHeader, requireCryptsetup} from './luks/cryptsetup.ts';
import {overwriteKeyArea, requireKeyAreaZero} from './luks/key-area.ts';
import {luksOf} from './luks/obstacle.ts';
import {forgetCache} from './native/canary.ts';
import {eraseNatively} from './native/erase-natively.ts';
import {driveFailed} from './native/errors.ts';
import type {NativeOperation} from './native/operation.ts';
import {interrupted} from './tool/interrupted.ts';
import {requireNode} from './tool/node.ts';

const name = 'luks-erase';

/**
Throws away the keys of an encrypted device: `cryptsetup erase` empties the key slots, then zeros are written over all that key material may stand in, and read back.

A cryptographic erase, and a *clear*: that all copies of the keys are gone, the first condition of SP 800-88r2 for a purge, nobody can show. A backup of the header opens the device, and through the host nobody reaches the cells that a key slot stood in before flash moved it. A canary proves nothing here: the ciphertext stays as it is.
*/
export default defineEraser({
	name,
	summary: 'throw away the keys of a device with LUKS, and write over where they stood: the ciphertext stays',
	method: 'clear',
	technique: 'cryptographic-erase',
	leaves: 'drive-defined',
	notCovered: [
		'the ciphertext: it stays on the device, and is as safe as its cipher',
		'copies of the keys: a backup or a detached copy of the LUKS header opens the device, and so does its volume key, wherever somebody kept it or a machine has it in memory',
		'what stood on the device before it was encrypted and was not written over since',
	],
	tools: ['cryptsetup', 'blockdev'],
	supports(facts) {
		const known = luksOf(facts);
		return 'obstacle' in known ? known.obstacle : supported;
	},
	probe: requireCryptsetup,
	command: (_facts, node) => commandFor(node),
	erase,
});

const commandFor = (node: string): NativeOperation['command'] => [
	'cryptsetup',
	'erase',
	'--batch-mode',
	node,
];

/** LUKS1 has up to 8 key slots, each of some hundred KiB. */
const estimateSeconds = 60;

async function* erase(context: EraseContext): AsyncGenerator<ErasePoint, EraseResult, undefined> {
	const {device, tools, signal} = context;
	const node = requireNode(name, device);
	const {tool} = await requireCryptsetup(tools, signal);
	const keyArea = await requireSameHeader(context, node);
	const operation = {name, tool, command: commandFor(node), estimateSeconds};
	let result: EraseResult;
	try {
		result = yield* eraseNatively(operation, {...context, canary: false});
	} catch (error) {
		// Nothing of it goes on by itself: who emptied the slots was stopped.
		throw signal.aborted ? interrupted(name, device, 0) : toSanitizeError(error);
	}

	await removeStrays(context, node);
	yield {writtenBytes: 0, reachedTo: 0};
	await overwriteKeyArea(name, device, {area: keyArea, signal});
	await forgetCache(context);
	await requireKeyAreaZero(name, device, keyArea);
	return result;
}

/** The header as it is now, before anything is written: it is not the kernel's, and may have become another one since it was looked at. */
const requireSameHeader = async ({device, tools}: EraseContext, node: string) => {
	const {facts} = device;
	const planned = facts.drive?.luks;
	const header = await readHeader(tools, node);
	if ('why' in header || !planned) {
		throw notTheOne(facts, 'why' in header ? header.why : 'it was not looked at before');
	}

	if (header.found.uuid !== planned.uuid) {
		throw notTheOne(facts, `its UUID was ${planned.uuid}, and is ${header.found.uuid}`);
	}

	const known = luksOf(withLuks(facts, header.found));
	if ('obstacle' in known) {
		throw notTheOne(facts, known.obstacle.supported ? '' : known.obstacle.reason);
	}

	return known.keyArea;
};

const withLuks = (facts: DeviceFacts, luks: LuksFacts): DeviceFacts =>
	facts.drive ? {...facts, drive: {...facts.drive, luks}} : facts;

const notTheOne = ({path}: DeviceFacts, why: string): SanitizeError =>
	new SanitizeError('UNSUPPORTED', `${path}: its LUKS header is not the one of the plan: ${why}`, {
		hint: 'look at it (cryptsetup luksDump), and start a new run',
	});

/** `cryptsetup erase` leaves the slots that open no data. */
const removeStrays = async ({device, tools, signal}: EraseContext, node: string): Promise<void> => {
	for (const slot of await slotsIn({device, tools}, node)) {
		await tools.run('cryptsetup', ['luksKillSlot', '--batch-mode', node, `${slot}`], {
			...{signal, timeoutMs: 60_000},
		});
	}

	const left = await slotsIn({device, tools}, node);
	if (left.length > 0) {
		throw driveFailed(name, device, `key slots are still there: ${left.join(', ')}`);
	}
};

const slotsIn = async (
	{device, tools}: Pick<EraseContext, 'device' | 'tools'>,
	node: string,
): Promise<readonly number[]> => {
	const header = await readHeader(tools, node);
	if ('why' in header) {
		throw driveFailed(name, device, `its header cannot be read any more: ${header.why}`);
	}

	return header.found.keySlots;
};
