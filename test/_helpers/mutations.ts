import fc from 'fast-check';

/** Values that stand where something else should. */
const strange = fc.oneof(
	fc.constantFrom<unknown>(
		...[null, true, -1, 0, 1.5, 2 ** 53, 1e308, '', 'x', '0', [], {}, [[]], [null], {'': null}],
		...['../../etc', '/dev/null', '\u001B[2J', '\u0000', '\u202E', '\uD800', '__proto__', 'toString', '\n'],
		...['9'.repeat(400), 'x'.repeat(5000), Array.from({length: 2000}, () => 1), nested(70), nested(200)],
	),
	fc.jsonValue({maxDepth: 3}),
);

/** Bytes that mean something to one parser or another. */
const pieces = [
	...[
		'"',
		"'",
		'\\',
		'{',
		'}',
		'[',
		']',
		':',
		',',
		'\n',
		'\r',
		'\t',
		' ',
		'- ',
		'  ',
		'#',
		'&a ',
		'*a',
		'!!js ',
	],
	...[
		'|',
		'>',
		'%',
		'? ',
		'<<: ',
		'~',
		'\u0000',
		'\u001B[2J',
		'\u001B]',
		'\uFEFF',
		'null',
		'-1',
		'1e999',
		'0x',
	],
	...['__proto__', 'constructor', '=', '/', '..', '\\040', ' - ', ' bytes ', '+0 records out', '\u2028'],
	...['[{'.repeat(100), '9'.repeat(400), 'x'.repeat(5000), '\r'.repeat(1000), '- '.repeat(100)],
].map(piece => Buffer.from(piece));

const piece = fc.oneof(
	fc.constantFrom(...pieces, Buffer.from([0xff]), Buffer.from([0xc3]), Buffer.from([0xed, 0xa0, 0x80])),
	fc.uint8Array({maxLength: 8}).map(bytes => Buffer.from(bytes)),
);

// Parts of the whole, so that they fit whatever an earlier change left.
const place = fc.noBias(fc.nat({max: 999_999})).map(millionths => millionths / 1_000_000);

const change = fc.record({
	how: fc.constantFrom(
		...(['replace', 'insert', 'remove', 'cut', 'flip'] as const),
		...(['remove line', 'repeat line', 'swap lines', 'repeat'] as const),
	),
	at: place,
	to: place,
	piece,
	bit: fc.nat({max: 7}),
});

type Change = typeof change extends fc.Arbitrary<infer Value> ? Value : never;

const applyChange = (bytes: Buffer, {how, at, to, piece, bit}: Change): Buffer => {
	const index = Math.floor(at * bytes.length);
	const end = Math.min(bytes.length, index + Math.floor(to * 32));
	const [before, after] = [bytes.subarray(0, index), bytes.subarray(index)];
	switch (how) {
		case 'insert':
			return Buffer.concat([before, piece, after]);
		case 'replace':
			return Buffer.concat([before, piece, bytes.subarray(end)]);
		case 'remove':
			return Buffer.concat([before, bytes.subarray(end)]);
		case 'cut':
			return to < 0.5 ? before : after;
		case 'repeat':
			return Buffer.concat([before, bytes.subarray(index, end), after]);
		case 'flip':
			return Buffer.concat([before, Buffer.from([(after[0] ?? 0) ^ (1 << bit)]), after.subarray(1)]);
		default:
			return changeLines(bytes, {how, at, to});
	}
};

const changeLines = (bytes: Buffer, {how, at, to}: Pick<Change, 'how' | 'at' | 'to'>): Buffer => {
	const lines = bytes.toString('latin1').split('\n');
	const index = Math.floor(at * lines.length);
	const other = Math.floor(to * lines.length);
	const line = lines[index] ?? '';
	if (how === 'swap lines') {
		lines[index] = lines[other] ?? '';
		lines[other] = line;
	} else {
		lines.splice(index, 1, ...(how === 'remove line' ? [] : [line, line]));
	}

	return Buffer.from(lines.join('\n'), 'latin1');
};

/** One of these texts with a few changes, as bytes that need not be UTF-8. */
export const mutated = (...texts: ReadonlyArray<string | Uint8Array>): fc.Arbitrary<Buffer> =>
	fc
		.record({text: fc.constantFrom(...texts), changes: fc.array(change, {minLength: 1, maxLength: 4})})
		.map(({text, changes}) => changes.reduce(applyChange, Buffer.from(text as string)));

/** A copy of one of these values in which something strange stands at a few places, or is missing there. */
export const mutatedValue = <Value>(...values: readonly Value[]): fc.Arbitrary<Value> =>
	fc
		.record({
			value: fc.constantFrom(...values),
			changes: fc.array(fc.record({at: place, strange: fc.option(strange, {nil: undefined, freq: 6})}), {
				minLength: 1,
				maxLength: 3,
			}),
		})
		.map(({value, changes}) => {
			const copy = structuredClone(value);
			for (const {at, strange} of changes) {
				const places = placesIn(copy);
				const {holder, key} = places[Math.floor(at * places.length)] ?? {};
				if (holder && key !== undefined) {
					holder[key] = structuredClone(strange);
				}
			}

			return copy;
		});

interface Place {
	readonly holder: Record<string, unknown>;
	readonly key: string;
}

const placesIn = (value: unknown, depth = 0): readonly Place[] =>
	typeof value === 'object' && value !== null && depth < 20
		? Object.keys(value).flatMap(key => {
				const holder = value as Record<string, unknown>;
				return [{holder, key}, ...placesIn(holder[key], depth + 1)];
			})
		: [];

/** A value so deep that whoever walks it by recursion falls. */
function nested(depth: number): unknown {
	let value: unknown = 1;
	for (let level = 0; level < depth; level += 1) {
		value = [value];
	}

	return value;
}

/** Every text that differs from this one in one byte: another bit, NUL, a byte that is not UTF-8, a line end. */
export function* everyByteChanged(text: string): Generator<Buffer> {
	const bytes = Buffer.from(text);
	for (let index = 0; index < bytes.length; index += 1) {
		for (const byte of [(bytes[index] ?? 0) ^ 1, 0, 0xff, 0x0a]) {
			if (byte !== bytes[index]) {
				const changed = Buffer.from(bytes);
				changed[index] = byte;
				yield changed;
			}
		}
	}
}

/** What can stand for a byte without anything else becoming invalid: another digit, letter or space, a letter of the other case. */
const lookalikes = (byte: number): readonly number[] => {
	const character = String.fromCharCode(byte);
	if (/[0-9]/.test(character)) {
		return [0x30 + ((byte - 0x30 + 1) % 10), 0x30 + ((byte - 0x30 + 5) % 10)];
	}

	if (/[A-Za-z]/.test(character)) {
		return [byte ^ 0x20, /[zZ]/.test(character) ? byte - 1 : byte + 1];
	}

	return [0x20, 0x09].filter(space => space !== byte);
};

/** Every text that differs from this one in one byte that still fits in, and with `widely` those of {@link everyByteChanged}, and those with a byte more or less. */
export function* everyByteTurned(text: Buffer, {widely}: {readonly widely: boolean}): Generator<Buffer> {
	for (const [index, byte] of text.entries()) {
		for (const other of lookalikes(byte)) {
			const changed = Buffer.from(text);
			changed[index] = other;
			yield changed;
		}

		if (widely) {
			const [before, after] = [text.subarray(0, index), text.subarray(index + 1)];
			yield Buffer.concat([before, after]);
			yield Buffer.concat([before, Buffer.from([byte, byte]), after]);
		}
	}

	if (widely) {
		yield* everyByteChanged(text.toString());
	}
}
