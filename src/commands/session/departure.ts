import {access} from 'node:fs/promises';
import path from 'node:path';
import {isSea} from 'node:sea';
import {SanitizeError, toSanitizeError} from '../../errors.ts';
import {sysrqTrigger} from '../../hosts/commands.ts';
import {findConsoles} from '../../hosts/consoles.ts';
import {snapshotNetwork} from '../../hosts/network/snapshot.ts';
import {toolsToFree, unfreeable} from '../../hosts/ram/free-disk.ts';
import {planStage} from '../../hosts/staging/plan.ts';
import {requireRoom} from '../../hosts/staging/room.ts';
import type {Plan, Refusal} from '../../plan.ts';
import type {Surroundings} from '../command.ts';

interface Found {
	/** What it means for the plan. */
	readonly changes: Partial<Pick<Plan, 'departure' | 'logRefused'>>;
	readonly refusals: readonly Refusal[];
}

/**
Whether the disk behind `/` can be left, where the plan wants that; `null` where it does not. Nothing is touched.
*/
export const lookAtDeparture = async (
	plan: Plan,
	schemeTools: readonly string[],
	surroundings: Surroundings,
): Promise<Found | null> => {
	const index = plan.steps.findIndex(({step, skip}) => step === 'leave-disk' && skip === undefined);
	if (index === -1 || plan.host !== 'system') {
		return null;
	}

	try {
		await requireMeans(plan, surroundings.root);
		const later = plan.steps.slice(index + 1).flatMap(({tools}) => tools);
		const needsNetwork = plan.destinations.some(({kind}) => kind !== 'disk');
		const network = needsNetwork ? await snapshotNetwork(surroundings.tools) : null;
		const programs = await inRam(
			[...later, ...schemeTools, ...toolsToFreeAll(plan), ...(network ? ['ip'] : [])],
			surroundings,
		);
		const {totalBytes: stageBytes} = await planStage(
			{executable: process.execPath, programs},
			surroundings.tools,
		);
		const room = await requireRoom({stageBytes, root: surroundings.root});
		const found = await findConsoles(surroundings.root);
		const consoles = found.length > 0 ? found : ['console'];
		const departure = {executable: process.execPath, programs, stageBytes, ...room, consoles, network};
		const logRefused = `${endsInRam}; ${whereTo(plan)}`;
		return {changes: {departure, logRefused}, refusals: certificateRefusal(plan)};
	} catch (error) {
		return {changes: {}, refusals: [toRefusal(error, plan)]};
	}
};

const endsInRam = 'the run ends in RAM';

const whereTo = ({destinations}: Plan): string =>
	destinations.length > 0
		? `its records go to ${destinations.map(({to}) => to).join(', ')}`
		: 'its records are on the consoles alone';

const certificateRefusal = ({certificateFile}: Plan): readonly Refusal[] =>
	certificateFile === null
		? []
		: [
				{
					code: 'USAGE',
					message: `the certificate cannot be written to ${certificateFile}: ${endsInRam}, where it is not mounted`,
					hint: 'name another disk instead: --destination disk:LABEL=…',
				},
			];

const toRefusal = (thrown: unknown, plan: Plan): Refusal => {
	const error = toSanitizeError(thrown);
	if (error.code === 'INTERNAL') {
		throw error;
	}

	const target = plan.devices.find(({facts}) => facts.isSystemDisk)?.facts.target;
	return {
		...(target !== undefined && {target}),
		code: error.code,
		message: error.message,
		hint: error.hint ?? 'erase it from another system',
	};
};

const requireMeans = async ({devices}: Plan, root: string): Promise<void> => {
	const system = devices.find(({facts}) => facts.isSystemDisk);
	const why = await reasonToStay(devices, root);
	if (why !== null) {
		throw new SanitizeError(
			'SYSTEM_DISK',
			`${system?.facts.path} holds the running system (/), and cannot be left: ${why}`,
			{hint: 'erase it from another system, or from one that was started from another medium'},
		);
	}
};

const reasonToStay = async (devices: Plan['devices'], root: string): Promise<string | null> => {
	const exists = (place: string) =>
		access(path.join(root, place)).then(
			() => true,
			() => false,
		);
	if (!(await exists('run/systemd/system'))) {
		return 'this system is not run by systemd';
	}

	if (await exists('run/systemd/container')) {
		return 'this system is a container';
	}

	const [stuck] = devices.flatMap(({facts}) => unfreeable(facts));
	if (stuck !== undefined) {
		return `nothing can take ${stuck} off it`;
	}

	return isSea() ? null : 'only the one executable can go on in RAM (npm run build makes it)';
};

const toolsToFreeAll = ({devices}: Plan): readonly string[] =>
	devices.flatMap(({facts}) => toolsToFree(facts));

/** What is only needed where the kernel has no SysRq is left out where it has; a shell comes along where there is one. */
const inRam = async (names: readonly string[], {tools, root}: Surroundings): Promise<readonly string[]> => {
	const hasSysrq = await access(path.join(root, sysrqTrigger)).then(
		() => true,
		() => false,
	);
	const shell = await tools.find('sh').then(
		() => ['sh'],
		() => [],
	);
	const needed = names.filter(name => !(hasSysrq && (name === 'poweroff' || name === 'reboot')));
	return [...new Set([...needed, ...shell])].sort();
};
