import * as v from 'valibot';

const key = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));

const zeros = v.looseObject({kind: v.literal('zeros')});

const bytes = v.looseObject({
	kind: v.literal('bytes'),
	hex: v.pipe(v.string(), v.regex(/^(?:[0-9a-f]{2}){1,64}$/)),
});

/** A {@link Content} as a journal or a certificate has it. */
export const contentSchema = v.variant('kind', [
	zeros,
	bytes,
	v.looseObject({kind: v.literal('aes-256-ctr'), key}),
]);

/** With the SHA-256 of a key in place of the key. */
export const announcedSchema = v.variant('kind', [
	zeros,
	bytes,
	v.looseObject({kind: v.literal('aes-256-ctr'), keySha256: key}),
]);
