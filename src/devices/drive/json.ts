import * as v from 'valibot';
import {jsonFlaw, parseJson} from '../../json.ts';
import {NotUnderstood} from './ask.ts';

/** @throws NotUnderstood when the text is not JSON, or not of this shape. */
export const parseAs = <const Schema extends v.GenericSchema>(
	schema: Schema,
	text: string,
): v.InferOutput<Schema> => {
	const result = v.safeParse(schema, read(text));
	if (result.success) {
		return result.output;
	}

	const [issue] = result.issues;
	throw new NotUnderstood(`${v.getDotPath(issue) ?? 'its output'}: ${issue.message}`);
};

const read = (text: string): unknown => {
	try {
		return parseJson(text);
	} catch (error) {
		throw new NotUnderstood(`its output: ${jsonFlaw(error)}`);
	}
};

/** A register or a count: nvme-cli prints 32 bits with a sign, and numbers of 128 bits as text. */
export const integer = v.pipe(
	v.union([
		v.number(),
		v.pipe(v.string(), v.regex(/^-?\d{1,30}$/), v.transform(Number)),
		v.pipe(v.string(), v.regex(/^0x[\da-f]{1,8}$/i), v.transform(Number)),
	]),
	v.integer(),
);
