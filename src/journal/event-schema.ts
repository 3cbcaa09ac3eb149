import * as v from 'valibot';
import {announcedSchema, canarySchema, contentSchema, leftSchema} from '../content/schema.ts';
import type {RunEvent} from '../events.ts';
import {shown} from '../shown.ts';
import {planSchema, refusals} from './plan-schema.ts';
import {count, facts, known, list, optionalText, ranges, text, texts} from './values.ts';

const finite = v.pipe(v.number(), v.finite());

const code = v.pipe(v.string(), v.regex(/^[A-Z_]{1,64}$/));

const deliveries = list(v.looseObject({to: text, where: text}));

const outcome = v.picklist([
	'sanitized',
	'verified',
	'refused',
	'failed',
	'unverified',
	'aftercare-failed',
	'interrupted',
]);

const rangeList = v.looseObject({listed: ranges, count, bytes: count});

const passes = v.optional(list(v.looseObject({content: contentSchema, unwritable: v.optional(rangeList)})));

const verification = v.looseObject({
	coverage: v.picklist(['full', 'sampled']),
	percent: finite,
	result: v.picklist(['passed', 'failed']),
	verifiedBytes: count,
	nonZero: rangeList,
	unreadable: rangeList,
	expected: v.optional(leftSchema),
	found: v.optional(contentSchema),
	isDirect: v.boolean(),
	sampling: v.optional(
		v.looseObject({
			seed: text,
			sections: count,
			samplesPerSection: count,
			detectionProbability: finite,
			detectionProbabilityOf100Sectors: finite,
		}),
	),
});

const deviceResult = v.looseObject({
	path: text,
	serial: known,
	outcome,
	totalBytes: count,
	writtenBytes: count,
	verifiedBytes: count,
	unwritable: ranges,
	// Not in the first journals.
	unwritableRanges: v.optional(count),
	unwritableBytes: v.optional(count),
	unreadable: ranges,
	nonZero: ranges,
	nonZeroRanges: count,
	nonZeroBytes: count,
	unreadableRanges: count,
	unreadableBytes: count,
	expected: v.optional(leftSchema),
});

const step = {step: text, device: optionalText};

const failure = {code, message: text, hint: optionalText};

const stepFacts = {
	method: v.optional(v.picklist(['clear', 'purge'])),
	technique: v.optional(v.picklist(['overwrite', 'block-erase', 'cryptographic-erase'])),
	eraser: optionalText,
	tool: v.optional(v.looseObject({name: text, version: text})),
	writtenBytes: v.optional(count),
	unwritable: v.optional(rangeList),
	scheme: optionalText,
	passes,
	leaves: v.optional(leftSchema),
	canary: v.optional(canarySchema),
	verification: v.optional(verification),
	logDir: optionalText,
	certificates: v.optional(list(v.looseObject({device: text, path: text, sha256: text, text}))),
	deliveries: v.optional(deliveries),
	done: v.optional(texts),
	commands: v.optional(texts),
};

/** What the events of each type hold, as far as it is read back; more may stand in them. */
const bodies: Readonly<Record<RunEvent['type'], v.ObjectEntries>> = {
	'run.planned': {plan: planSchema},
	'run.announced': {deliveries},
	'run.confirmed': {confirmations: texts},
	'run.committed': {device: facts},
	'run.resumed': {devices: list(facts)},
	'run.retried': {attempt: count},
	'run.warned': failure,
	'step.started': {...step, title: text, from: v.optional(count)},
	'step.progress': {
		...step,
		device: text,
		bytes: count,
		totalBytes: count,
		bytesPerSecond: finite,
		etaSeconds: v.nullable(finite),
		durableBytes: v.optional(count),
		writtenBytes: v.optional(count),
	},
	'pass.started': {...step, device: text, pass: count, passes: count, content: announcedSchema},
	'command.started': {
		...step,
		device: text,
		canary: v.optional(canarySchema),
		password: v.optional(text),
	},
	'step.stalled': {
		...{...step, device: text, seconds: finite, bytes: count, totalBytes: count},
		...{bytesPerSecond: finite, cause: v.nullable(text), giveUpSeconds: finite},
		answers: v.optional(v.boolean()),
	},
	'step.recovered': {...step, device: text, seconds: finite},
	'step.skipped': {...step, reason: text, code: v.optional(code)},
	'step.finished': {...step, durationMs: finite, ...stepFacts},
	'step.failed': {
		...step,
		...failure,
		verification: v.optional(verification),
		writtenBytes: v.optional(count),
		unwritable: v.optional(rangeList),
		passes,
		leaves: v.optional(leftSchema),
	},
	'run.finished': {outcome, exitCode: count, devices: list(deviceResult), refusals: v.optional(refusals)},
	'run.halting': {how: v.picklist(['poweroff', 'reboot']), rehearsed: v.boolean()},
};

const envelope = {
	seq: count,
	at: v.pipe(v.string(), v.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/)),
	// It becomes the name of a directory.
	runId: v.pipe(v.string(), v.regex(/^\w[\w-]{0,63}$/)),
};

const schemas = new Map<unknown, v.GenericSchema>(
	Object.entries(bodies).map(([type, body]) => [type, v.looseObject({...envelope, ...body})]),
);

/** What keeps a line of a journal from being an event of ours; `null` when nothing does. */
export const findFlaw = (event: {readonly type: unknown}): string | null => {
	const schema = schemas.get(event.type);
	if (!schema) {
		return 'this zeroize knows no event of its type';
	}

	const {success, issues} = v.safeParse(schema, event, {abortEarly: true});
	return success ? null : shown(`${v.getDotPath(issues[0]) ?? 'it'}: ${issues[0].message}`);
};
