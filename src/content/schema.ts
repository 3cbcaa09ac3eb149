import * as v from 'valibot';

const key = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));

const zeros = v.looseObject({kind: v.literal('zeros')});

const bytes = v.looseObject({
	kind: v.literal('bytes'),
	hex: v.pipe(v.string(), v.regex(/^(?:[0-9a-f]{2}){1,64}$/)),
});

const stream = v.looseObject({kind: v.literal('aes-256-ctr'), key});

/** A {@link Content} as a journal or a certificate has it. */
export const contentSchema = v.variant('kind', [zeros, bytes, stream]);

/** A {@link LeftContent}. */
export const leftSchema = v.variant('kind', [
	zeros,
	bytes,
	stream,
	v.looseObject({kind: v.literal('drive-defined')}),
]);

const count = (most: number) => v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(most));

/** A {@link Canary} as a journal has it: whoever goes on with a run reads by it. */
export const canarySchema = v.looseObject({
	seed: v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/)),
	blocks: count(1024),
	blockBytes: v.pipe(count(1024 ** 2), v.multipleOf(512)),
});

/** With the SHA-256 of a key in place of the key. */
export const announcedSchema = v.variant('kind', [
	zeros,
	bytes,
	v.looseObject({kind: v.literal('aes-256-ctr'), keySha256: key}),
]);
