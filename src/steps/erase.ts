import * as v from 'valibot';
import {requireSameIdentity} from '../devices/identity.ts';
import type {EraseResult} from '../erasers/eraser.ts';
import {erasers} from '../erasers/index.ts';
import {SanitizeError} from '../errors.ts';
import {type DeviceStepContext, defineDeviceStep} from './step.ts';

export default defineDeviceStep({
	name: 'erase',
	summary: 'erase each device with an eraser, to its last byte',
	phase: 'erase',
	scope: 'device',
	options: {
		eraser: v.optional(v.pipe(v.string(), v.description('a name from `zeroize erasers`, or auto')), 'auto'),
	},
	tools: (_options, {devices}) => devices.flatMap(({eraser}) => findEraser(eraser?.name)?.tools ?? []),
	plan(_options, {devices}) {
		const names = [...new Set(devices.flatMap(({eraser}) => eraser?.name ?? []))];
		return {
			title: names.length === 0 ? 'erase' : `erase with ${names.join(', ')}`,
			commands: devices.flatMap(({eraser}) => (eraser?.command ? [eraser.command.join(' ')] : [])),
		};
	},
	async run(_options, context) {
		const {device, planned} = context;
		const eraser = findEraser(planned.eraser?.name);
		if (!eraser) {
			throw new SanitizeError('UNSUPPORTED', `no eraser is planned for ${planned.facts.path}`, {
				hint: 'see: zeroize erasers',
			});
		}

		const result = await drain(eraser.erase({...context, commit: () => context.commit()}), context);
		requireAllWritten(result, context);
		await device.sync();
		requireSameIdentity(device.facts, await device.inspect());
		const {name, method, technique} = eraser;
		return {facts: {eraser: name, method, technique, ...result}};
	},
});

const findEraser = (name: string | undefined) => erasers.find(eraser => eraser.name === name);

const drain = async (
	erasing: AsyncGenerator<number, EraseResult, undefined>,
	{progress, device}: DeviceStepContext,
): Promise<EraseResult> => {
	for (;;) {
		const next = await erasing.next();
		if (next.done) {
			return next.value;
		}

		progress(next.value, device.facts.totalBytes);
	}
};

// The words "No space left on device" prove nothing: only the count does.
const requireAllWritten = ({writtenBytes}: EraseResult, {device}: DeviceStepContext): void => {
	const {path, totalBytes} = device.facts;
	if (writtenBytes !== totalBytes) {
		throw new SanitizeError(
			'WRITE_INCOMPLETE',
			`${path} has ${totalBytes} bytes, but ${writtenBytes} were written`,
			{
				hint: 'do not release the device; see whether it shrank or its store is full (kernel log), then erase it again',
			},
		);
	}
};
