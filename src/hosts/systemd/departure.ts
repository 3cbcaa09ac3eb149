import {mkdir, rm} from 'node:fs/promises';
import path from 'node:path';
import type {DeviceSurroundings} from '../../devices/device.ts';
import {fileError} from '../../files.ts';
import type {Departure, Leaving} from '../host.ts';
import {mountStage, unmountStage} from '../staging/mount.ts';
import {stageDirectory, stagedKey, stagedShutdown, stagedStateDirectory} from '../staging/places.ts';
import {planStage} from '../staging/plan.ts';
import {recordBytes, requireRoom} from '../staging/room.ts';
import {stage} from '../staging/stage.ts';

/**
Lays everything that the rest of the run needs where systemd-shutdown goes when it has ended everything else.
@throws SanitizeError NO_MEMORY, TOOL_MISSING, TOOL_FAILED, PLACE_UNUSABLE; nothing is left behind then.
*/
export const getReadyInRam = async (
	{executable, programs}: Departure,
	{tools, root}: DeviceSurroundings,
): Promise<Leaving> => {
	const plan = await planStage({executable, programs}, tools);
	// Once more: what was free at planning may have been taken since.
	await requireRoom({stageBytes: plan.totalBytes, root});
	await mountStage(tools, stageDirectory, plan.totalBytes + recordBytes);
	const undo = () => unmountStage(tools, stageDirectory);
	try {
		await stage(plan, stageDirectory);
		await mkdir(stagedStateDirectory, {mode: 0o700});
	} catch (error) {
		await undo();
		throw fileError(`getting ready in ${stageDirectory}`, error);
	}

	return {isLeft: false, stateDir: stagedStateDirectory, keyFile: stagedKey, undo};
};

/** After it was said that the machine does not go there: whoever ends it later for another reason must not erase it. */
export const withdraw = async (root: string): Promise<void> => {
	await rm(path.join(root, stagedShutdown), {force: true});
};
