import type {DeviceFacts, DeviceIdentity} from './devices/device.ts';
import {requireSameIdentity} from './devices/identity.ts';
import {SanitizeError} from './errors.ts';
import type {Plan, PlannedDevice, Refusal} from './plan.ts';

/** What a recipe allows, as far as the safety rules ask. */
export interface SafetyPolicy {
	/** The recipe writes to the device. */
	readonly erases: boolean;
	readonly allowPartition: boolean;
	/** The recipe has a step that leaves the disk behind `/` before the first write. */
	readonly leavesSystemDisk: boolean;
}

type Rule = (facts: DeviceFacts, policy: SafetyPolicy) => Omit<Refusal, 'target'> | undefined;

const systemDisk: Rule = (facts, {leavesSystemDisk}) =>
	facts.isSystemDisk && !leavesSystemDisk
		? {
				code: 'SYSTEM_DISK',
				message: `${facts.path} holds the running system (/)`,
				hint: 'erase it from another system, or name another device; this recipe has no step that leaves the system disk',
			}
		: undefined;

// The system disk is mounted and held by its nature: one refusal says so, and a step that leaves it takes care of both.
const mounted: Rule = facts => {
	const [first] = facts.mountPoints;
	return first === undefined || facts.isSystemDisk
		? undefined
		: {
				code: 'DEVICE_BUSY',
				message: `${facts.path} is mounted at ${facts.mountPoints.join(', ')}`,
				hint: `unmount it first: umount ${first}`,
			};
};

const releases: Record<DeviceFacts['holders'][number]['kind'], (name: string) => string> = {
	lvm: name => `deactivate the volume first: lvchange --activate n ${name}`,
	raid: name => `stop the array first: mdadm --stop ${name}`,
	crypt: name => `close the mapping first: cryptsetup close ${name}`,
	mpath: name => `name the multipath device itself, or flush it first: multipath -f ${name}`,
	swap: name => `stop swapping to it first: swapoff ${name}`,
	loop: name => `detach the loop device first: losetup --detach ${name}`,
	other: name => `stop whatever uses it first: ${name}`,
	open: () => 'find out who has it open: fuser -v on the device, or lsof',
};

const held: Rule = facts => {
	const [holder] = facts.holders;
	return holder === undefined || facts.isSystemDisk
		? undefined
		: {
				code: 'DEVICE_BUSY',
				message: `${facts.path} is held by ${facts.holders.map(({kind, name}) => `${kind} ${name}`).join(', ')}`,
				hint: releases[holder.kind](holder.name),
			};
};

const readOnly: Rule = facts =>
	facts.readOnly
		? {
				code: 'DEVICE_READ_ONLY',
				message: `${facts.path} is read-only`,
				hint:
					facts.kind === 'file'
						? `make it writable first: chmod u+w ${facts.path}`
						: `make it writable first: blockdev --setrw ${facts.path}; a write-protect switch or a worn-out drive cannot be overruled`,
			}
		: undefined;

const partition: Rule = (facts, {allowPartition}) =>
	facts.kind === 'partition' && !allowPartition
		? {
				code: 'IS_PARTITION',
				message: `${facts.path} is a partition; erasing it leaves the rest of its disk`,
				hint: 'name the whole disk, or set allowPartition: true in the recipe',
			}
		: undefined;

const rules: readonly Rule[] = [systemDisk, mounted, held, readOnly, partition];

/** Every safety rule that a device breaks. Pure; a recipe that only reads breaks none of them. */
export const refusalsOf = (facts: DeviceFacts, policy: SafetyPolicy): readonly Refusal[] =>
	policy.erases
		? rules.flatMap(rule => {
				const refusal = rule(facts, policy);
				return refusal ? [{target: facts.target, ...refusal}] : [];
			})
		: [];

/** What must be typed to allow the erasure of a device: its serial number, or its path where it has none. */
export const confirmationFor = (facts: DeviceFacts): string => facts.serial ?? facts.path;

/** Whether a text confirms a device. Where the path is asked for, the target as it was typed names the same device. */
export const isConfirmedBy = ({facts}: PlannedDevice, text: string): boolean => {
	if (facts.serial !== null) {
		return text === facts.serial;
	}

	const typed = facts.target.replace(/^(?:loop|file|memory):/, '');
	return text === facts.path || text === facts.target || text === typed;
};

/**
The permission to destroy one device once.

INVARIANTS
- Only {@link authorize} makes one, from a plan without refusals and a text that confirms that device.
- {@link spend} succeeds at most once, or twice where the plan purges the device and then overwrites it; and only for a device whose identity is still the one that was planned and confirmed.
*/
export interface Clearance {
	readonly path: string;
	/**
	Returns whether it is spent for the first time.
	@throws SanitizeError NOT_CONFIRMED (spent already), DEVICE_CHANGED.
	*/
	spend(now: DeviceIdentity): boolean;
}

/**
Turns a plan and what the operator typed into one clearance for each device that will be erased, by device path.
@throws SanitizeError with the first refusal's code, or NOT_CONFIRMED: nothing may be written then.
*/
export const authorize = (plan: Plan, confirmations: readonly string[]): ReadonlyMap<string, Clearance> => {
	const [refusal] = plan.refusals;
	if (refusal) {
		throw new SanitizeError(refusal.code, refusal.message, {hint: refusal.hint});
	}

	const erased = plan.devices.filter(device => device.eraser);
	// Each text confirms one device: two drives that claim one serial number need it twice.
	const unused = [...confirmations];
	for (const device of erased) {
		unused.splice(indexOfConfirmation(device, unused), 1);
	}

	return new Map(
		erased.map(device => [device.facts.path, makeClearance(device.facts, device.purge ? 2 : 1)]),
	);
};

const indexOfConfirmation = (device: PlannedDevice, confirmations: readonly string[]): number => {
	const index = confirmations.findIndex(text => isConfirmedBy(device, text));
	if (index !== -1) {
		return index;
	}

	const {path, serial} = device.facts;
	const wanted = serial === null ? 'path (it has no serial number)' : 'serial number';
	const given =
		confirmations.length === 0 ? 'nothing was given' : `"${confirmations.join('", "')}" is not it`;
	throw new SanitizeError('NOT_CONFIRMED', `erasing ${path} must be confirmed with its ${wanted}: ${given}`, {
		hint: `if you are sure, give --confirm '${device.confirmation}'`,
	});
};

const makeClearance = (confirmed: DeviceFacts, times: number): Clearance => {
	let left = times;
	return {
		path: confirmed.path,
		spend(now) {
			if (left === 0) {
				throw new SanitizeError(
					'NOT_CONFIRMED',
					`the permission to erase ${confirmed.path} was used already`,
					{
						hint: 'start a new run',
					},
				);
			}

			const before = left;
			left = 0;
			requireSameIdentity(confirmed, now);
			left = before - 1;
			return before === times;
		},
	};
};
