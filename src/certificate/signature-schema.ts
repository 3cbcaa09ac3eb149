import * as v from 'valibot';

const text = v.nullable(v.string());

/** 64 bytes in base64url, and no bits to spare. */
const signature = v.pipe(v.string(), v.regex(/^[\w-]{85}[AQgw]$/));

const publicKey = v.pipe(
	v.string(),
	v.regex(/^[A-Za-z0-9+/]{59}=$/),
	v.description('Ed25519, SubjectPublicKeyInfo in base64: what stands between the lines of a PEM file'),
);

const jws = {
	publicKey,
	protected: v.pipe(
		v.string(),
		v.regex(/^[\w-]{1,512}$/),
		v.description('JWS protected header: alg, kid (RFC 7638 thumbprint of the key) and role'),
	),
	signature,
};

const validation = v.strictObject({
	decision: v.picklist(['approved', 'rejected']),
	name: text,
	title: text,
	date: v.string(),
	location: text,
	contact: text,
});

export type Validation = v.InferOutput<typeof validation>;

const performed = v.pipe(
	v.strictObject({role: v.literal('performed-by'), ...jws}),
	v.description('made at the end of the run; payload: the certificate without `signatures` (RFC 8785)'),
);

const validated = v.pipe(
	v.strictObject({role: v.literal('validated-by'), validation, ...jws}),
	v.description(
		'made later by the validator; payload: the certificate with both signatures, without `protected` and `signature` of this one (RFC 8785)',
	),
);

/** Strict: what stands beside a signature is not signed by it. */
export const signaturesSchema = v.union([v.strictTuple([performed]), v.strictTuple([performed, validated])]);

export type Signatures = v.InferOutput<typeof signaturesSchema>;

export type Signature = Signatures[number];
