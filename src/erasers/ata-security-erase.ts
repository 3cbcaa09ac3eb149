import type {DeviceFacts} from '../devices/device.ts';
import {ourPassword, passwordCommands} from '../devices/drive/ata-password.ts';
import {lostAnswer} from '../devices/drive/hdparm-sense.ts';
import {SanitizeError, toSanitizeError} from '../errors.ts';
import {DriveLock} from './ata/drive-lock.ts';
import {requireHdparm} from './ata/hdparm.ts';
import {ataOf, isBridged, securityObstacle} from './ata/obstacle.ts';
import {defineEraser, type EraseContext, type Method, type Technique} from './eraser.ts';
import {eraseNatively} from './native/erase-natively.ts';
import {supportBy} from './native/obstacles.ts';
import {interrupted} from './tool/interrupted.ts';
import {requireName} from './tool/node.ts';

const name = 'ata-security-erase';

/**
The drive's SECURITY ERASE UNIT: ACS-4 4.17 and 7.42. It takes a user password, which the drive drops when the erase has ended well, and never before. The enhanced one reaches what HPA, DCO and AMA hide (openSeaChest issue 45).

```
 new:      not frozen, no password ─ commit ─ canary ─ announced, with the password ─ password set ─ erase ─ no password ─ canary gone
 resumed:  not frozen ─ commit ─ our password off ─ canary …
 failed:   our password off, or how a person takes it off
 stopped:  the drive goes on, and is not asked: how a person takes it off afterwards
```
*/
export default defineEraser({
	name,
	summary: 'let a SATA drive erase itself by ATA Security Erase, enhanced where it can',
	method: 'purge',
	methodOn: facts => methodOn(facts),
	technique: 'overwrite',
	leaves: 'drive-defined',
	reachesHidden: true,
	notCovered: [
		'what the maker of the drive does not count as user data: what Security Erase does with it differs from drive to drive',
	],
	tools: ['hdparm', 'blockdev'],
	supports: facts => supportBy(ataOf(facts), () => obstacleOf(facts)),
	techniques: facts => [techniqueOn(facts)],
	probe: requireHdparm,
	command: (facts, node) => commandFor(facts, node),
	async *erase(context) {
		const {device, tools, signal} = context;
		const node = requireName(name, device);
		const tool = await requireHdparm(tools, signal);
		const lock = new DriveLock({name, tools, device, node});
		const wasOurs = context.announced?.password === ourPassword;
		await requireReady(lock, context, wasOurs);
		let mayBeOn = false;
		let isGiven = false;
		const commit = async () => {
			await context.commit();
			// Whoever tries a wrong password too often is let in no more: once is enough.
			await (wasOurs ? lock.takeOff() : undefined);
		};
		const setUp = async () => {
			mayBeOn = true;
			await lock.set(signal);
			if (signal.aborted) {
				throw interrupted(name, device, 0);
			}

			isGiven = true;
		};
		const operation = {
			...{name, tool, password: ourPassword, setUp, faultIn: lostAnswer},
			command: commandFor(device.facts, node),
			estimateSeconds: estimateFor(device.facts),
		};
		try {
			const result = yield* eraseNatively(operation, {...context, commit});
			await lock.requireOff();
			return result;
		} catch (error) {
			const failure = toSanitizeError(error);
			if (isGiven && failure.code === 'INTERRUPTED') {
				throw lock.leftOn(failure);
			}

			throw mayBeOn ? await lock.releaseAfter(failure) : error;
		}
	},
});

const obstacleOf = (facts: DeviceFacts): string | undefined => {
	const {security, sanitize} = facts.drive?.ata ?? {};
	if (!security) {
		return 'the drive has no Security feature set';
	}

	if (isBridged(facts)) {
		return 'a USB bridge may pass the password and lose the erase, and then the drive is locked: connect it to a SATA port';
	}

	if (sanitize?.status?.state === 'failed') {
		return 'the last sanitize of the drive failed: it takes nothing but another one';
	}

	const obstacle = securityObstacle(security, facts.path);
	return obstacle && `${obstacle.reason}: ${obstacle.wayOut}`;
};

const isEnhanced = ({drive}: DeviceFacts): boolean => drive?.ata?.security?.enhancedErase ?? false;

/** What the drive does is its maker's matter: no word of it tells of a new key. */
const techniqueOn = ({rotational}: DeviceFacts): Technique =>
	rotational === false ? 'block-erase' : 'overwrite';

/** A normal erase need not reach sectors that were replaced; and of flash NIST SP 800-88r1 (table A-8) counts either as a clear. */
const methodOn = (facts: DeviceFacts): Method =>
	isEnhanced(facts) && facts.rotational === true ? 'purge' : 'clear';

const commandFor = (facts: DeviceFacts, node: string): readonly [string, ...string[]] => [
	'hdparm',
	...passwordCommands.erase(node, isEnhanced(facts)),
];

const estimateFor = (facts: DeviceFacts): number | null => {
	const {eraseMinutes = null, enhancedEraseMinutes = null} = facts.drive?.ata?.security ?? {};
	const minutes = isEnhanced(facts) ? enhancedEraseMinutes : eraseMinutes;
	return minutes === null ? null : minutes * 60;
};

/** The drive may have been frozen or locked since it was planned for; @throws SanitizeError UNSUPPORTED, DEVICE_BUSY: nothing was done. */
const requireReady = async (
	lock: DriveLock,
	{device}: Pick<EraseContext, 'device'>,
	isOurs: boolean,
): Promise<void> => {
	const {path} = device.facts;
	const learnt = await lock.read();
	if ('why' in learnt) {
		throw new SanitizeError('DEVICE_BUSY', `${name}: ${path} does not tell how it is: ${learnt.why}`, {
			hint: isOurs
				? 'do not release the device: it may still erase itself; resume the run when it answers'
				: 'see: zeroize devices; or use another eraser: zeroize erasers',
		});
	}

	const obstacle = securityObstacle(learnt.found, path, {isOurs});
	if (obstacle) {
		throw new SanitizeError('UNSUPPORTED', `${name} on ${path}: ${obstacle.reason}`, {hint: obstacle.wayOut});
	}
};
