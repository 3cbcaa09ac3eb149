import * as v from 'valibot';
import type {NvmeSanitizeStatus, SanitizeStatus} from '../drive.ts';
import {NotUnderstood} from './ask.ts';
import {integer, parseAs} from './json.ts';

/** SSTAT bits 2:0. 4: done, and unlike what was asked for deallocated; 5: waits for the media to be verified, and may not be used. */
const states: ReadonlyArray<SanitizeStatus['state']> = [
	'never',
	'done',
	'running',
	'failed',
	'done',
	'running',
];

const logSchema = v.looseObject({
	sprog: integer,
	// The register, or its parts: up to nvme-cli 2.3 and again later `status` has the words, in between they are the key.
	sstat: v.union([integer, v.record(v.string(), v.union([v.string(), integer, v.boolean()]))]),
	time_over_write: v.optional(integer),
	time_block_erase: v.optional(integer),
	time_crypto_erase: v.optional(integer),
});

// By the device's name, or without it.
const outputSchema = v.union([
	logSchema,
	v.pipe(
		v.record(v.string(), v.unknown()),
		v.transform(record => Object.values(record)[0]),
		logSchema,
	),
]);

/** `nvme sanitize-log` as JSON. @throws NotUnderstood. */
export const parseSanitizeLog = (text: string): NvmeSanitizeStatus => {
	const log = parseAs(outputSchema, text);
	const {code, ...parts} = typeof log.sstat === 'number' ? fromRegister(log.sstat) : fromParts(log.sstat);
	const state = states[code];
	if (state === undefined) {
		throw new NotUnderstood(`sanitize status ${code} has no meaning that is known`);
	}

	return {
		state,
		...(state === 'running' && {progress: log.sprog / 65_536}),
		...parts,
		estimates: {
			overwriteSeconds: secondsOf(log.time_over_write),
			blockEraseSeconds: secondsOf(log.time_block_erase),
			cryptoEraseSeconds: secondsOf(log.time_crypto_erase),
		},
	};
};

const fromRegister = (sstat: number) => ({
	code: sstat & 7,
	completedPasses: (sstat >> 3) & 0x1f,
	globalDataErased: ((sstat >> 8) & 1) === 1,
});

const fromParts = (sstat: Readonly<Record<string, unknown>>) => {
	const code = Object.values(sstat)
		.map(value => (typeof value === 'string' ? /^\((\d)\)/.exec(value)?.[1] : undefined))
		.find(digit => digit !== undefined);
	if (code === undefined) {
		throw new NotUnderstood('sstat: it has no status');
	}

	return {
		code: Number(code),
		completedPasses: Number(sstat['no_cmplted_passes'] ?? 0),
		globalDataErased: Boolean(sstat['global_erased']),
	};
};

// FFFFFFFFh: not reported. nvme-cli 2.3 prints it with a sign.
const secondsOf = (value: number | undefined): number | null =>
	value === undefined || value < 0 || value === 0xff_ff_ff_ff ? null : value;
