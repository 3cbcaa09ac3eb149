import {deliverOnce, deliveryTimeoutMs} from '../../destinations/delivery.ts';
import type {Parcel, PlannedDestination} from '../../destinations/destination.ts';
import {SanitizeError, toSanitizeError} from '../../errors.ts';
import type {RunEvents} from '../../events.ts';
import type {Plan} from '../../plan.ts';
import type {Surroundings} from '../command.ts';

/**
Proves every destination of a run before its first step: each gets an announcement, in the same way as the records later.
@throws SanitizeError DESTINATION_UNREACHABLE when a required one does not confirm it. Of an optional one a warning is emitted.
*/
export const announce = async (plan: Plan, events: RunEvents, surroundings: Surroundings): Promise<void> => {
	if (plan.destinations.length === 0) {
		return;
	}

	const parcel = announcementOf(plan, surroundings.now());
	const settled = await Promise.all(
		plan.destinations.map(async destination => prove(destination, parcel, events, surroundings)),
	);
	const deliveries = settled.flatMap(delivery => (delivery === null ? [] : [delivery]));
	events.emit({type: 'run.announced', deliveries});
};

const prove = async (
	destination: PlannedDestination,
	parcel: Parcel,
	events: RunEvents,
	{tools, signal, now}: Surroundings,
): Promise<{to: string; where: string} | null> => {
	const {to, optional} = destination;
	try {
		const limits = {tools, signal, now, timeoutMs: deliveryTimeoutMs};
		return {to, where: await deliverOnce(destination, parcel, limits)};
	} catch (thrown) {
		const {code, message, hint} = toSanitizeError(thrown);
		if (code !== 'DELIVERY_FAILED') {
			throw thrown;
		}

		if (!optional) {
			throw new SanitizeError('DESTINATION_UNREACHABLE', message, {
				hint: `${hint ?? 'see whether it works'}; or mark it as optional`,
				cause: thrown,
			});
		}

		events.emit({
			type: 'run.warned',
			code: 'DESTINATION_UNREACHABLE',
			message: `${message}; it is optional, so the run goes on without it`,
			...(hint !== undefined && {hint}),
		});
		return null;
	}
};

const announcementOf = (plan: Plan, at: Date): Parcel => {
	const {runId, hostname, tool, recipe, devices} = plan;
	const announcement = {
		announcement: 'a run of zeroize is about to start; its journal, log and certificates follow',
		at: at.toISOString(),
		runId,
		hostname,
		tool,
		recipe: recipe.name,
		devices: devices.map(({facts, eraser}) => ({
			path: facts.path,
			manufacturer: facts.manufacturer,
			model: facts.model,
			serial: facts.serial,
			totalBytes: facts.totalBytes,
			eraser: eraser?.name ?? null,
		})),
	};
	const text = `${JSON.stringify(announcement, null, 2)}\n`;
	return {runId, hostname, files: [{name: 'announcement.json', mediaType: 'application/json', text}]};
};
