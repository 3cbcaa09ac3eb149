import {driveDefined} from '../content.ts';
import {requireSameIdentity} from '../devices/identity.ts';
import {SanitizeError} from '../errors.ts';
import type {PlannedDevice} from '../plan.ts';
import {drain, findEraser} from './erase/erasing.ts';
import {purgeOptions} from './erase/options.ts';
import {requirePlanned} from './erase/require-planned.ts';
import {requireAllTried, requireAllWritten} from './erase/require-whole.ts';
import {defineDeviceStep} from './step.ts';

export default defineDeviceStep({
	name: 'purge',
	summary: 'let each drive erase itself, by the best technique that it has, before it is overwritten',
	phase: 'purge',
	scope: 'device',
	options: purgeOptions,
	tools: (_options, {devices}) => devices.flatMap(({purge}) => findEraser(purge?.name)?.tools ?? []),
	plan(_options, {devices}) {
		const purges = devices.flatMap(({purge}) => purge ?? []);
		const names = new Set(purges.map(({name, technique}) => `${name} (${technique})`));
		const reasons = new Set(devices.flatMap(device => reasonToClear(device) ?? []));
		const isSkipped = devices.every(device => reasonToClear(device) !== undefined);
		return {
			title: names.size === 0 ? 'purge' : `purge with ${[...names].join(', ')}`,
			...(isSkipped && reasons.size > 0 && {skip: [...reasons].join('; ')}),
			commands: purges.flatMap(({command}) => (command ? [command.join(' ')] : [])),
		};
	},
	async run({canary, psidFile}, context) {
		const {device, planned} = context;
		const skipped = reasonToClear(planned);
		if (skipped !== undefined) {
			return {skipped};
		}

		const {name, method, technique} = planned.purge ?? {};
		const eraser = findEraser(name);
		if (!eraser || !technique || method !== 'purge') {
			throw new SanitizeError('UNSUPPORTED', `no purge is planned for ${planned.facts.path}`, {
				hint: 'see: zeroize erasers',
			});
		}

		requirePlanned(eraser, {method, technique}, context);
		const erasing = eraser.erase({
			...context,
			...{canary, technique},
			...(psidFile !== undefined && {psidFile}),
			commit: () => context.commit(),
		});
		const {unwritable, ...result} = await drain(erasing, ({writtenBytes}) => {
			context.progress(writtenBytes, device.facts.totalBytes);
		});
		requireAllTried({...result, unwritable}, device.facts);
		await device.sync();
		requireSameIdentity(device.facts, await device.inspect());
		requireAllWritten({unwritable}, device.facts);
		const left = eraser.leaves === 'drive-defined' ? {leaves: driveDefined} : {};
		return {facts: {eraser: eraser.name, method, technique, ...result, ...left}};
	},
});

/** `undefined` where it is purged. */
const reasonToClear = ({purge, notPurged}: PlannedDevice): string | undefined =>
	purge || notPurged === undefined
		? undefined
		: `clear in place of purge, as the recipe allows: ${notPurged}`;
