import * as v from 'valibot';

/** What of a schema is looked at here; see valibot's types of the same names. */
interface Shape {
	readonly type: string;
	readonly entries?: Readonly<Record<string, v.GenericSchema>>;
	readonly wrapped?: v.GenericSchema;
	readonly item?: v.GenericSchema;
	readonly items?: readonly v.GenericSchema[];
	readonly options?: readonly v.GenericSchema[];
}

/** Path of the first field that a value has and its schema does not; `null` when there is none. The value must fit the schema. */
export const findUnknownField = (schema: v.GenericSchema, value: unknown, path = ''): string | null => {
	const {type, entries, wrapped, item, items, options} = schema as v.GenericSchema & Shape;
	// A picklist has options too: its values.
	const inner =
		type === 'variant' || type === 'union' ? options?.find(option => v.is(option, value)) : wrapped;
	if (inner) {
		return value === null ? null : findUnknownField(inner, value, path);
	}

	if (typeof value !== 'object' || value === null) {
		return null;
	}

	const schemaOf = (key: string): v.GenericSchema | undefined =>
		entries ? (Object.hasOwn(entries, key) ? entries[key] : undefined) : (item ?? items?.[Number(key)]);
	for (const [key, field] of Object.entries(value)) {
		const place = path === '' ? key : `${path}.${key}`;
		const known = schemaOf(key);
		const unknown = known ? findUnknownField(known, field, place) : place;
		if (unknown !== null) {
			return unknown;
		}
	}

	return null;
};
