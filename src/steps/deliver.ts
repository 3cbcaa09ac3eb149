import * as v from 'valibot';
import {deliverInTime, deliverOnce, deliveryTimeoutMs} from '../destinations/delivery.ts';
import type {DestinationWish, Parcel, ParcelFile, PlannedDestination} from '../destinations/destination.ts';
import {checkDestination} from '../destinations/look.ts';
import {durationMs} from '../duration.ts';
import {SanitizeError, toSanitizeError} from '../errors.ts';
import {defineRunStep, type StepContext} from './step.ts';

/** What is wrong with a destination, as what it must be; `null` when nothing is. */
const problemOf = (wish: DestinationWish): string | null => {
	try {
		checkDestination(wish);
		return null;
	} catch (thrown) {
		const {message, hint} = toSanitizeError(thrown);
		return `an address that can be used (${message}; ${hint})`;
	}
};

const destination = v.pipe(
	v.strictObject({
		to: v.pipe(v.string(), v.description('disk:LABEL=NAME[:/dir], https://host/path, syslog+tls://host, …')),
		optional: v.optional(v.pipe(v.boolean(), v.description('the run goes on when this one fails')), false),
		method: v.optional(
			v.pipe(v.picklist(['put', 'post']), v.description('how files are sent over HTTP; put by default')),
		),
		ca: v.optional(
			v.pipe(
				v.string(),
				v.description('PEM file with the authority that signed the certificate of the receiver'),
			),
		),
	}),
	v.check(
		wish => problemOf(wish) === null,
		({input}) => problemOf(input) ?? '',
	),
);

const options = {
	destinations: v.optional(v.pipe(v.array(destination), v.description('where the records go')), []),
	retryFor: v.optional(
		v.pipe(durationMs, v.description('how long a required destination is tried again')),
		'2min',
	),
};

/** As the recipe's check gives them. */
export interface DeliverOptions {
	readonly destinations: readonly DestinationWish[];
	/** Milliseconds. */
	readonly retryFor: number;
}

export const deliverDefaults = {destinations: [], retryFor: 120_000} as const satisfies DeliverOptions;

export default defineRunStep({
	name: 'deliver',
	summary: 'deliver journal, log and certificates to places that are not the erased disk',
	phase: 'aftercare',
	always: true,
	scope: 'run',
	options,
	tools: (_options, {destinations}) => [...new Set(destinations.flatMap(({tools}) => tools))],
	plan: (_options, {destinations}) => ({
		title: 'deliver the records',
		...(destinations.length === 0 && {skip: 'no destination was named'}),
	}),
	async run({retryFor}, context) {
		const {plan, tools, signal, now} = context;
		const surroundings = {tools, signal, now, timeoutMs: deliveryTimeoutMs};
		const parcel = parcelOf(context);
		const patience = {
			retryForMs: retryFor,
			onRetry: ({code, message, hint}: SanitizeError) =>
				context.warn({code, message: `${message}; trying again`, ...(hint !== undefined && {hint})}),
		};
		const settled = await Promise.allSettled(
			plan.destinations.map(async destination => ({
				to: destination.to,
				where: await (destination.optional
					? deliverOnce(destination, parcel, surroundings)
					: deliverInTime(destination, parcel, surroundings, patience)),
			})),
		);
		signal.throwIfAborted();
		settle(plan.destinations, settled, context);
		return {facts: {deliveries: settled.flatMap(it => (it.status === 'fulfilled' ? [it.value] : []))}};
	},
});

const mediaTypes: Readonly<Record<string, string>> = {
	json: 'application/json',
	jsonl: 'application/jsonl',
	log: 'text/plain; charset=utf-8',
};

const parcelOf = ({plan: {runId, hostname}, records}: StepContext): Parcel => {
	try {
		const files = records.files().map(({name, text}): ParcelFile => {
			const extension = name.split('.').at(-1) ?? '';
			return {name, text, mediaType: mediaTypes[extension] ?? 'application/octet-stream'};
		});
		return {runId, hostname, files};
	} catch (error) {
		throw new SanitizeError('DELIVERY_FAILED', `reading the records: ${toSanitizeError(error).message}`, {
			hint: 'copy what is on this console',
			cause: error,
		});
	}
};

/** Warns of optional ones that failed. @throws SanitizeError DELIVERY_FAILED naming every required one. */
const settle = (
	destinations: readonly PlannedDestination[],
	settled: ReadonlyArray<PromiseSettledResult<unknown>>,
	{warn}: StepContext,
): void => {
	const failures: SanitizeError[] = [];
	for (const [index, result] of settled.entries()) {
		if (result.status === 'rejected') {
			const error = toSanitizeError(result.reason);
			const {code, message, hint} = error;
			if (destinations[index]?.optional && code === 'DELIVERY_FAILED') {
				warn({code, message, ...(hint !== undefined && {hint})});
			} else {
				failures.push(error);
			}
		}
	}

	const [first] = failures;
	if (first) {
		const message = failures.map(error => error.message).join('; ');
		const hint = `${first.hint ?? 'see whether it works'}; until then copy the records by hand`;
		throw new SanitizeError(first.code, message, {hint, cause: first});
	}
};
