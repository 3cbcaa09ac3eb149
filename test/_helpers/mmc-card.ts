import type {ExecutionContext} from 'ava';
import type {MmcFacts} from '../../src/devices/drive.ts';
import {capture} from './drive.ts';
import {driveOf} from './drive-facts.ts';
import {type StateDrive, stateDrive} from './state-drive.ts';

/** An eMMC that can sanitize. */
export const mmcFacts: MmcFacts = {
	revision: '5.1',
	sanitize: true,
	secureErase: true,
	secureTrim: true,
	eraseGroupBytes: 512 * 1024,
};

export const capableMmc = driveOf({
	mmc: mmcFacts,
	discard: {maxBytes: 4 * 1024 ** 2, granularityBytes: 512 * 1024, secure: true},
	hiddenAreas: [
		{area: 'boot', bytes: 8 * 1024 ** 2},
		{area: 'rpmb', bytes: 4 * 1024 ** 2},
	],
});

const usual = {state: 'mapped', leaves: 'zeros', protection: 'open', fails: 'nothing'};

/** A loop device full of random data that says that it is an eMMC; real but for mmc. */
export const mmcCard = async (
	t: ExecutionContext,
	behaviour: Partial<Record<keyof typeof usual, string>> = {},
): Promise<StateDrive> =>
	stateDrive(t, {
		fakes: {mmc: 'mmc-card'},
		files: {
			...{...usual, ...behaviour},
			help: await capture('mmc-0+git20220624-help'),
			open: await capture('mmc-0+git20220624-writeprotect-open'),
			protected: await capture('mmc-0+git20220624-writeprotect-protected'),
			trim: await capture('mmc-0+git20220624-trim'),
			'erase-stuck': await capture('mmc-0+git20220624-erase-stuck-stderr'),
			'sanitize-stuck': await capture('mmc-0+git20220624-sanitize-stuck-stderr'),
		},
		facts: {transport: 'mmc', drive: capableMmc},
	});

/** What it was told to change. */
export const changes = async ({calls}: StateDrive): Promise<readonly string[]> =>
	(await calls('mmc')).filter(call => /^(?:erase|sanitize) /.test(call));
