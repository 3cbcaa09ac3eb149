import * as v from 'valibot';
import {drive} from './drive-schema.ts';

export const text = v.string();

export const optionalText = v.optional(text);

/** `null` where nobody knew; absent in a journal from before there was such a field. */
export const known = v.nullish(text);

export const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

// Whatever is listed once is gone through for every event.
const longestList = 1024;

export const list = <const Item extends v.GenericSchema>(item: Item) =>
	v.pipe(v.array(item), v.maxLength(longestList));

export const texts = list(text);

/** Runs of bytes of a device, as a verification lists them. */
export const ranges = list(v.looseObject({offset: count, length: count}));

/** The facts of a device, as a journal has them. */
export const facts = v.looseObject({
	target: text,
	path: text,
	kind: text,
	deviceNumber: known,
	diskSequence: known,
	bootId: optionalText,
	manufacturer: known,
	model: known,
	serial: known,
	wwn: known,
	totalBytes: count,
	logicalSectorBytes: count,
	physicalSectorBytes: count,
	rotational: v.nullish(v.boolean()),
	queue: v.optional(v.looseObject({maxTransferBytes: count, maxWriteZeroesBytes: count})),
	transport: known,
	controller: optionalText,
	readOnly: v.boolean(),
	mountPoints: texts,
	holders: list(v.looseObject({kind: text, name: text})),
	partitions: list(v.looseObject({path: text, totalBytes: count, fileSystem: known, label: known})),
	contents: v.looseObject({partitionTable: known, fileSystem: known, label: known}),
	drive: v.optional(drive),
	isSystemDisk: v.boolean(),
});
