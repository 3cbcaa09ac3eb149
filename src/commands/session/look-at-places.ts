import {constants} from 'node:fs';
import {access, stat} from 'node:fs/promises';
import path from 'node:path';
import type {DeviceFacts} from '../../devices/device.ts';
import {disksBehind} from '../../devices/facts/system-disk.ts';
import {errnoOf, toSanitizeError} from '../../errors.ts';
import {fileError} from '../../files.ts';
import type {Refusal} from '../../plan.ts';
import type {Surroundings} from '../command.ts';
import type {RunRequest} from './prepare.ts';

/** Where the log and the certificate shall go, and whether that place will still be there afterwards. */
export const lookAtPlaces = async (
	{stateDir, logDir, certificateFile}: RunRequest,
	devices: readonly DeviceFacts[],
	{root}: Surroundings,
): Promise<{logRefused: string | null; refusals: readonly Refusal[]}> => {
	const numbers = new Set(devices.map(({deviceNumber}) => deviceNumber));
	const isErased = async (place: string): Promise<boolean> => {
		const disks = await disksBehind(await nearestExisting(place), root);
		return disks.some(number => numbers.has(number));
	};
	const logRefused = (await isErased(logDir))
		? `${logDir} is on the device that is erased: the log stays on this console and in ${stateDir ?? 'memory'}`
		: null;
	const refusals = [
		stateDir === null ? null : await stateDirRefusal(stateDir),
		certificateFile === null
			? null
			: await certificateRefusal(certificateFile, await isErased(certificateFile)),
	];
	return {logRefused, refusals: refusals.filter(refusal => refusal !== null)};
};

const stateDirRefusal = async (stateDir: string): Promise<Refusal | null> => {
	try {
		// With its slash: a file of that name is no directory.
		await access(path.join(stateDir, '/'), constants.W_OK);
		return null;
	} catch (error) {
		const {message, hint} = fileError(`using ${stateDir}`, error);
		return {code: 'STATE_DIR_UNUSABLE', message, hint: `${hint} (--state-dir)`};
	}
};

const nearestExisting = async (place: string): Promise<string> => {
	const absolute = path.resolve(place);
	const parent = path.dirname(absolute);
	const isThere = await access(absolute).then(
		() => true,
		() => false,
	);
	return isThere || parent === absolute ? absolute : nearestExisting(parent);
};

const certificateRefusal = async (file: string, isErased: boolean): Promise<Refusal | null> => {
	if (isErased) {
		return {
			code: 'USAGE',
			message: `${file} is on the device that is erased`,
			hint: 'name a file on another disk',
		};
	}

	try {
		const stats = await stat(file);
		return stats.isFile() && stats.size === 0
			? null
			: {
					code: 'USAGE',
					message: `the certificate file ${file} exists already`,
					hint: 'name a new file, or move the old one away',
				};
	} catch (error) {
		if (errnoOf(error) !== 'ENOENT') {
			return {
				code: 'USAGE',
				message: `the certificate file ${file}: ${toSanitizeError(error).message}`,
				hint: 'name another file',
			};
		}
	}

	const directory = path.dirname(path.resolve(file));
	const isWritable = await access(directory, constants.W_OK).then(
		() => true,
		() => false,
	);
	return isWritable
		? null
		: {
				code: 'USAGE',
				message: `the certificate cannot be written: ${directory} is missing or not writable`,
				hint: 'create the directory, or name another file',
			};
};
