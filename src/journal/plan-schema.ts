import * as v from 'valibot';
import {count, facts, known, list, optionalText, text, texts} from './values.ts';

/** Why a run did not start. */
export const refusals = list(v.looseObject({code: text, message: text, hint: text, target: optionalText}));

const person = v.looseObject({name: known, title: known, date: known, location: known, contact: known});

const eraser = v.looseObject({
	name: text,
	method: v.picklist(['clear', 'purge']),
	technique: v.picklist(['overwrite', 'block-erase', 'cryptographic-erase']),
	reason: text,
	command: v.optional(texts),
	scheme: v.optional(v.looseObject({name: text, passes: texts, text})),
});

const device = v.looseObject({
	facts,
	eraser: v.optional(eraser),
	purge: v.optional(eraser),
	notPurged: optionalText,
	overlap: v.optional(v.looseObject({overlaps: v.boolean(), reason: text})),
	purges: v.optional(
		list(
			v.looseObject({
				eraser: text,
				technique: v.picklist(['overwrite', 'block-erase', 'cryptographic-erase']),
			}),
		),
	),
	unsuitable: list(v.looseObject({eraser: text, reason: text})),
	confirmation: text,
	notCovered: texts,
	warnings: v.optional(texts),
});

const step = v.looseObject({
	step: text,
	title: text,
	scope: v.picklist(['run', 'device']),
	phase: v.picklist(['prepare', 'purge', 'erase', 'verify', 'aftercare', 'halt']),
	options: v.record(text, v.unknown()),
	skip: optionalText,
	commands: texts,
	// Not in the first journals.
	tools: v.optional(texts),
});

const route = v.looseObject({family: v.picklist(['inet', 'inet6']), destination: text, device: text});

const address = v.looseObject({family: v.picklist(['inet', 'inet6']), local: text, prefixLength: count});

const departure = v.looseObject({
	executable: text,
	programs: texts,
	stageBytes: count,
	neededBytes: count,
	availableBytes: count,
	consoles: texts,
	network: v.nullish(
		v.looseObject({
			interfaces: list(v.looseObject({name: text, hasCarrier: v.boolean(), addresses: list(address)})),
			routes: list(route),
		}),
	),
});

/** The plan of a run, as the first line of its journal has it. */
export const planSchema = v.looseObject({
	runId: text,
	tool: v.looseObject({name: text, version: text}),
	recipe: v.looseObject({name: text, title: text, source: optionalText}),
	host: v.picklist(['system', 'rehearsal', 'ram']),
	hostname: text,
	devices: list(device),
	// Not in the first journals. Of none a run would wait for ever.
	atOnce: v.optional(v.pipe(count, v.minValue(1))),
	steps: list(step),
	stateDir: known,
	logDir: text,
	logRefused: known,
	destinations: v.optional(
		list(
			v.looseObject({
				to: text,
				kind: text,
				optional: v.boolean(),
				tools: texts,
				found: text,
				resolved: v.nullable(v.record(text, v.unknown())),
			}),
		),
	),
	certificateFile: known,
	certificate: v.looseObject({
		assetTag: known,
		mediaSource: known,
		performedBy: person,
		validatedBy: person,
		nonce: optionalText,
	}),
	signing: v.optional(v.looseObject({file: text, keyId: text})),
	departure: v.nullish(departure),
	tools: texts,
	refusals,
});
