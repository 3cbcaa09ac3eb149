import {statfs} from 'node:fs/promises';
import path from 'node:path';
import {formatBytes} from '../../progress.ts';
import {type Contestant, fioOf, oursOf, ourVerify, peers} from './contestants.ts';
import {chooseFio} from './fio.ts';
import {availableMemory} from './machine.ts';
import type {GroupPlan} from './options.ts';
import {perform} from './perform.ts';
import type {FioChoice, Group, Medium, Results, Run, Start} from './results.ts';
import {openStage, type Stage} from './stage.ts';
import {alternate} from './statistics.ts';
import {describeGroup} from './summary.ts';

export interface Campaign {
	/** The executable to measure, and which of the erasers it has. */
	readonly executable: string;
	readonly erasers: readonly string[];
	readonly only: readonly string[];
	readonly directories: Readonly<Record<Medium, string>>;
	readonly signal: AbortSignal;
	readonly say: (text: string) => void;
	readonly leaveOut: (entry: Results['leftOut'][number]) => void;
}

const MiB = 1024 ** 2;

const isWanted = ({name}: Pick<Contestant, 'name'>, {only}: Pick<Campaign, 'only'>): boolean =>
	only.length === 0 || only.some(word => name.includes(word));

/** All but fio, whose settings are chosen for each medium. */
export const contestantsOf = (
	campaign: Pick<Campaign, 'executable' | 'erasers' | 'only'>,
): readonly Contestant[] =>
	[
		...campaign.erasers.flatMap(eraser => oursOf(campaign.executable, eraser)),
		ourVerify(campaign.executable),
		...peers,
	].filter(contestant => isWanted(contestant, campaign));

export const wantsFio = (campaign: Pick<Campaign, 'only'>): boolean =>
	(['write', 'read'] as const).some(direction => isWanted({name: `fio ${direction}`}, campaign));

const open = async (
	medium: Medium,
	{bytes, devices}: Pick<GroupPlan, 'bytes' | 'devices'>,
	{directories, signal}: Campaign,
): Promise<Stage> =>
	openStage({directory: directories[medium], bytes, devices, isDirect: medium === 'disk', signal});

// The system and the buffers of a tool that writes through the page cache need some, too.
const spareBytes = 2 * 1024 * MiB;

const findObstacle = async (
	{medium, bytes, devices}: Pick<GroupPlan, 'medium' | 'bytes' | 'devices'>,
	{directories}: Campaign,
): Promise<string | undefined> => {
	const needed = bytes * devices + spareBytes;
	const {bavail, bsize} = await statfs(directories[medium]);
	const room = medium === 'tmpfs' ? Math.min(bavail * bsize, await availableMemory()) : bavail * bsize;
	return needed > room
		? `${formatBytes(needed)} needed with 2 GiB to spare, ${formatBytes(room)} free`
		: undefined;
};

/** Best settings of fio, tried once for each medium on a device of at most 512 MiB. */
export const chooseFios = async (
	plans: readonly GroupPlan[],
	campaign: Campaign,
): Promise<readonly FioChoice[]> => {
	const chosen: FioChoice[] = [];
	for (const medium of new Set(plans.map(plan => plan.medium))) {
		const largest = Math.max(...plans.filter(plan => plan.medium === medium).map(({bytes}) => bytes));
		const size = {bytes: Math.min(largest, 512 * MiB), devices: 1};
		if (await findObstacle({medium, ...size}, campaign)) {
			continue;
		}

		await using stage = await open(medium, size, campaign);
		for (const direction of ['write', 'read'] as const) {
			if (isWanted({name: `fio ${direction}`}, campaign)) {
				chosen.push(await chooseFio(direction, {...campaign, medium, stage, bytes: size.bytes}));
			}
		}
	}

	return chosen;
};

/** Runs in turn all that take part; `undefined` where there is no room for the devices. */
export const measureGroup = async (
	plan: GroupPlan,
	fio: readonly FioChoice[],
	campaign: Campaign,
): Promise<Group | undefined> => {
	const {medium, bytes, devices} = plan;
	const obstacle = await findObstacle(plan, campaign);
	if (obstacle) {
		campaign.leaveOut({what: describeGroup(plan), reason: obstacle});
		return undefined;
	}

	const limits = fio.filter(choice => choice.medium === medium).map(fioOf);
	const taking = [...contestantsOf(campaign), ...limits].filter(
		({name, isCore}) => (isCore || !plan.isCoreOnly) && (plan.among?.includes(name) ?? true),
	);
	await using stage = await open(medium, plan, campaign);
	const order = alternate(taking.map(item => ({item, runs: plan.runs[item.pace]})));
	const runs = new Map<Contestant, Run[]>(order.map(contestant => [contestant, []]));
	for (const [index, contestant] of order.entries()) {
		const run = await perform(contestant, {stage, bytes: bytes * devices, signal: campaign.signal});
		runs.get(contestant)?.push(run);
		campaign.say(
			`${describeGroup(plan)}, ${index + 1} of ${order.length}: ${contestant.name} ${run.seconds.toFixed(2)} s${run.failure === null ? '' : ` FAILED: ${run.failure}`}`,
		);
	}

	const series = taking.flatMap(contestant => {
		const {name, kind, does} = contestant;
		const own = runs.get(contestant);
		return own ? [{name, kind, does, command: commandOf(contestant, campaign), runs: own}] : [];
	});
	return {medium, bytes, devices, series};
};

const commandOf = (contestant: Contestant, {executable}: Campaign): string =>
	(contestant.commands(['DEVICE'], 'DIR')[0] ?? []).join(' ').replace(executable, path.basename(executable));

/** From the start of the process to the first byte on a small device, with the program's file in memory and without. */
export const measureStart = async (runs: number, campaign: Campaign): Promise<readonly Start[]> => {
	const eraser = campaign.erasers.find(name => name === 'direct');
	const [contestant] = eraser === undefined ? [] : oursOf(campaign.executable, eraser);
	if (!contestant || !isWanted(contestant, campaign)) {
		return [];
	}

	const bytes = 16 * MiB;
	await using stage = await open('tmpfs', {bytes, devices: 1}, campaign);
	const measured: Record<'warm' | 'cold', Run[]> = {warm: [], cold: []};
	for (let round = 0; round < runs; round += 1) {
		for (const state of ['warm', 'cold'] as const) {
			const options = {stage, bytes, signal: campaign.signal, seeksFirstSector: true};
			measured[state].push(await perform(contestant, {...options, isWarm: state === 'warm'}));
		}
	}

	campaign.say(`start to the first byte: ${runs} times with a warm page cache, ${runs} with a cold one`);
	return [
		{isWarm: true, runs: measured.warm},
		{isWarm: false, runs: measured.cold},
	];
};
