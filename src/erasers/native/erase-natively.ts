import type {Canary} from '../../content/canary.ts';
import type {SanitizeStatus} from '../../devices/drive.ts';
import {SanitizeError, toSanitizeError} from '../../errors.ts';
import {noRanges} from '../../ranges.ts';
import type {ErasePoint, EraseResult} from '../eraser.ts';
import {interrupted} from '../tool/interrupted.ts';
import {forgetCache, plantCanary, requireCanaryGone} from './canary.ts';
import {driveFailed, goesOnByItself} from './errors.ts';
import {type NativeContext, type NativeOperation, type NativeTiming, usualTiming} from './operation.ts';
import {runToEnd} from './run-to-end.ts';
import {waitForEnd} from './wait.ts';

/**
Lets a drive erase itself.

```
 new:      commit ─ canary written and read back ─ announced ─ command ─ wait ─ caches emptied ─ canary gone
 resumed:  status ┬ running: wait on
                  ├ failed: reported; the next attempt begins anew
                  └ anything else: new, also where it says that it has ended: that may be of an older one, and
                    somebody may have used the drive since
```
@throws SanitizeError DEVICE_BUSY (nothing written), ERASER_FAILED, NOT_ERASED, STALLED, INTERRUPTED, and what the canary and the commit throw.
*/
export async function* eraseNatively(
	operation: NativeOperation,
	context: NativeContext,
	timing: NativeTiming = usualTiming,
): AsyncGenerator<ErasePoint, EraseResult, undefined> {
	const {device, signal, announced} = context;
	if (signal.aborted) {
		throw interrupted(operation.name, device, 0);
	}

	const status = await look(operation, context);
	await context.commit();
	const isOurs = announced !== undefined && status?.state === 'running';
	const canary = isOurs ? announced.canary : await prepare(operation, context, status);
	if (!isOurs) {
		await operation.setUp?.();
	}

	if (operation.status) {
		const asked = {...operation, status: operation.status};
		if (!isOurs) {
			await give(asked, context, timing);
		}

		const mustBeSeen = canary === undefined && !isOurs && hasEnded(status);
		yield* waitForEnd(asked, {...context, mustBeSeen}, timing);
	} else {
		for (const command of [operation.command, ...(operation.afterwards ?? [])]) {
			yield* runToEnd({...operation, command}, context, timing);
		}
	}

	await forgetCache(context);
	await requireCanaryGone(operation.name, device, canary);
	return {
		writtenBytes: device.facts.totalBytes,
		unwritable: noRanges,
		tool: operation.tool,
		...(canary && {canary}),
	};
}

/** How the drive is before anything is done. */
const look = async (
	{name, status}: NativeOperation,
	{device, announced}: NativeContext,
): Promise<SanitizeStatus | undefined> => {
	const learnt = await status?.();
	if (!learnt) {
		return undefined;
	}

	if ('why' in learnt) {
		throw new SanitizeError(
			'DEVICE_BUSY',
			`${name}: ${device.facts.path} does not tell how it is: ${learnt.why}`,
			{
				hint: announced
					? 'do not release the device; resume the run when it answers'
					: 'see: zeroize devices; or use another eraser: zeroize erasers',
			},
		);
	}

	if (learnt.found.state === 'running' && !announced) {
		throw new SanitizeError(
			'DEVICE_BUSY',
			`${device.facts.path} is sanitizing itself, and not for this run`,
			{
				hint: 'wait until it has ended: see zeroize devices; then start again',
			},
		);
	}

	if (learnt.found.state === 'failed' && announced) {
		throw driveFailed(name, device, 'what was begun before has failed, says the drive');
	}

	return learnt.found;
};

const hasEnded = (status: SanitizeStatus | undefined): boolean =>
	status?.state === 'done' || status?.state === 'idle';

/** All that comes before a new command. */
const prepare = async (
	{name, password}: NativeOperation,
	context: NativeContext,
	status: SanitizeStatus | undefined,
): Promise<Canary | undefined> => {
	const {device, signal, warn} = context;
	if (signal.aborted) {
		throw interrupted(name, device, 0);
	}

	const isStuck = status?.state === 'failed';
	if (context.canary && isStuck) {
		warn({
			code: 'WRITE_FAILED',
			message: `${device.facts.path}: after a sanitize that failed it may take no writes: no canary is written before ${name}`,
		});
	}

	const canary = context.canary && !isStuck ? await plantCanary(device) : undefined;
	if (signal.aborted) {
		throw interrupted(name, device, canary ? canary.blocks * canary.blockBytes : 0);
	}

	context.announceCommand({...(canary && {canary}), ...(password !== undefined && {password})});
	return canary;
};

/** Gives the command with a program that ends at once. */
const give = async (
	{name, command, status, faultIn}: NativeOperation & Required<Pick<NativeOperation, 'status'>>,
	{device, tools, signal}: NativeContext,
	{commandMs}: NativeTiming,
): Promise<void> => {
	const [program, ...args] = command;
	try {
		const {stdout, stderr} = await tools.run(program, args, {signal, timeoutMs: commandMs});
		const fault = faultIn?.(`${stdout}${stderr}`);
		if (fault !== undefined) {
			throw driveFailed(name, device, fault);
		}
	} catch (error) {
		if (signal.aborted) {
			throw goesOnByItself(name, device);
		}

		// The program may have given up while the drive went to work.
		const learnt = await status();
		if (!('found' in learnt && learnt.found.state === 'running')) {
			const {code, message} = toSanitizeError(error);
			throw code === 'ERASER_FAILED' ? error : driveFailed(name, device, message, error);
		}
	}
};
