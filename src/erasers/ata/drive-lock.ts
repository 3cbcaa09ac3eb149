import type {Device} from '../../devices/device.ts';
import {ask, type Learnt, NotUnderstood} from '../../devices/drive/ask.ts';
import {parseIdentity} from '../../devices/drive/ata.ts';
import {ourPassword, passwordCommands, recoveryLines} from '../../devices/drive/ata-password.ts';
import {lostAnswer} from '../../devices/drive/hdparm-sense.ts';
import type {AtaFacts} from '../../devices/drive.ts';
import {SanitizeError, toSanitizeError} from '../../errors.ts';
import type {Tools} from '../../process.ts';
import {driveFailed} from '../native/errors.ts';

type Security = NonNullable<AtaFacts['security']>;

interface LockedDrive {
	readonly name: string;
	readonly tools: Tools;
	readonly device: Device;
	readonly node: string;
	/** How long it may take to answer: it does so at once, or it is at work. */
	readonly answerMs?: number;
}

/** Our password on a drive: set for an erase, and taken off whatever comes of it. */
export class DriveLock {
	readonly #drive: Required<LockedDrive>;

	constructor(drive: LockedDrive) {
		this.#drive = {answerMs: 20_000, ...drive};
	}

	/** How the drive is now. */
	read(): Promise<Learnt<Security>> {
		const {tools, node, answerMs: timeoutMs} = this.#drive;
		return ask({tools, node, timeoutMs}, ['hdparm', '-I', node], ({stdout}) => {
			const {security} = parseIdentity(stdout).ata;
			if (!security) {
				throw new NotUnderstood('the drive tells nothing of its security');
			}

			return security;
		});
	}

	/** @throws SanitizeError ERASER_FAILED, INTERRUPTED: then it may be set all the same. */
	async set(signal: AbortSignal): Promise<void> {
		const {name, device, node} = this.#drive;
		await this.#tell(passwordCommands.set(node), signal);
		const learnt = await this.read();
		if (!('found' in learnt && learnt.found.enabled)) {
			const why = 'why' in learnt ? learnt.why : 'the drive has none';
			throw driveFailed(name, device, `the password was set, and is not there: ${why}`);
		}
	}

	/** Whether the drive has taken the password off, as it does at the end of an erase and not before. @throws SanitizeError ERASER_FAILED. */
	async requireOff(): Promise<void> {
		const {name, device} = this.#drive;
		const learnt = await this.read();
		if (!('found' in learnt && !learnt.found.enabled)) {
			const why = 'why' in learnt ? `is not known: ${learnt.why}` : 'the drive has not';
			throw driveFailed(
				name,
				device,
				`hdparm says that the erase has ended; whether the drive took its password off then: ${why}`,
			);
		}
	}

	/** Does nothing where none is set. @throws SanitizeError ERASER_FAILED: it may still be on. */
	async takeOff(): Promise<void> {
		const {node} = this.#drive;
		const before = await this.read();
		if ('why' in before) {
			throw this.#stillOn(`whether the password "${ourPassword}" is still on it is not known: ${before.why}`);
		}

		if (!before.found.enabled) {
			return;
		}

		try {
			if (before.found.locked) {
				await this.#tell(passwordCommands.unlock(node));
			}

			await this.#tell(passwordCommands.disable(node));
		} catch (error) {
			throw this.#stillOn(`a password is on it, and "${ourPassword}" does not take it off`, error);
		}

		const after = await this.read();
		if (!('found' in after && !after.found.enabled)) {
			throw this.#stillOn(`the password "${ourPassword}" is still on it`);
		}
	}

	/** What an erase ends with, once the password is off again, or with how it can be taken off. */
	async releaseAfter(error: SanitizeError): Promise<SanitizeError> {
		try {
			await this.takeOff();
			return error;
		} catch (failure) {
			const {message, hint} = toSanitizeError(failure);
			return new SanitizeError(error.code, `${error.message}; ${message}`, {
				hint: [error.hint, hint].filter(text => text !== undefined).join('; '),
				cause: error,
			});
		}
	}

	/** What an erase ends with that was told to stop: a drive that erases itself answers nothing meanwhile, and must not lose its power now. */
	leftOn({code, message, hint}: SanitizeError): SanitizeError {
		const lines = recoveryLines(this.#drive.node);
		return new SanitizeError(
			code,
			`${message}, with the password "${ourPassword}" until its erase has ended`,
			{
				hint: `${hint ?? 'resume the run'}; if a password is left then, by hand: ${lines}`,
			},
		);
	}

	async #tell(args: readonly string[], signal?: AbortSignal): Promise<void> {
		const {name, tools, device, answerMs: timeoutMs} = this.#drive;
		const {stderr} = await tools.run('hdparm', args, {signal, timeoutMs}).catch((error: unknown) => {
			const {code, message} = toSanitizeError(error);
			throw code === 'TOOL_FAILED' ? driveFailed(name, device, message, error) : error;
		});
		const lost = lostAnswer(stderr);
		if (lost !== undefined) {
			throw driveFailed(name, device, `hdparm ${args.at(2)}: ${lost}`);
		}
	}

	#stillOn(what: string, cause?: unknown): SanitizeError {
		const {name, device, node} = this.#drive;
		return new SanitizeError('ERASER_FAILED', `${name} on ${device.facts.path}: ${what}`, {
			hint: `the resumed run takes the password off; by hand: ${recoveryLines(node)}`,
			cause,
		});
	}
}
