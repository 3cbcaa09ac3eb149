import * as v from 'valibot';
import type {ByteRange} from '../device.ts';
import {type Asking, ask, NotUnderstood, unknownIn} from './ask.ts';
import {integer, parseAs} from './json.ts';
import type {LuksFacts} from './luks-facts.ts';
import type {DriveReading} from './reading.ts';

/** Reads the header of an encrypted device, with `cryptsetup`. */
export const readLuks = async (asking: Asking): Promise<DriveReading> => {
	const {node} = asking;
	const dump = await ask(asking, ['cryptsetup', 'luksDump', node], ({stdout}) => parseDump(stdout));
	if ('why' in dump) {
		return {unknown: unknownIn('luks', dump)};
	}

	if (dump.found.version === 1) {
		return {luks: dump.found};
	}

	const {uuid} = dump.found;
	const metadata = await ask(asking, ['cryptsetup', 'luksDump', '--dump-json-metadata', node], ({stdout}) =>
		parseMetadata(stdout),
	);
	return 'why' in metadata
		? {unknown: unknownIn('luks', metadata)}
		: {luks: {version: 2, uuid, ...metadata.found}};
};

/** `cryptsetup luksDump`: all of LUKS1; of LUKS2 only what the metadata do not have. @throws NotUnderstood. */
export const parseDump = (text: string): LuksFacts => {
	const field = (name: string) => new RegExp(`^${name}:\\s*(\\S.*)$`, 'm').exec(text)?.[1]?.trim() ?? null;
	const version = Number(field('Version'));
	if (version !== 1 && version !== 2) {
		throw new NotUnderstood('no LUKS header of a version that is known');
	}

	const number = (name: string) => (field(name) === null ? null : Number(field(name)));
	const sectors = number('Payload offset');
	const slots = [...text.matchAll(/^Key Slot (\d): ENABLED$/gm)].map(([, digit]) => Number(digit));
	const cipher = [field('Cipher name'), field('Cipher mode')].filter(part => part !== null).join('-');
	const dataOffsetBytes = sectors === null ? null : sectors * 512;
	const materials = [...text.matchAll(/^\s+Key material offset:\s*(\d+)$/gm)].map(
		([, at]) => Number(at) * 512,
	);
	const isKnown = dataOffsetBytes !== null && materials.every(at => at >= luks1KeyArea);
	return {
		version,
		uuid: field('UUID'),
		keySlots: slots,
		cipher: cipher || null,
		keyBits: number('MK bits'),
		dataOffsetBytes,
		layout: {
			keyArea:
				isKnown && dataOffsetBytes > luks1KeyArea
					? {offset: luks1KeyArea, length: dataOffsetBytes - luks1KeyArea}
					: null,
			segments: [{type: 'crypt', cipher: cipher || null, isToEnd: true}],
			requirements: [],
		},
	};
};

/** LUKS1 1.2.3 figure 1: the first key material, aligned to 4096 bytes, behind the header of 592. */
const luks1KeyArea = 4096;

const metadataSchema = v.looseObject({
	keyslots: v.record(v.pipe(v.string(), v.digits()), v.looseObject({key_size: v.optional(integer)})),
	segments: v.record(
		v.string(),
		v.looseObject({
			type: v.optional(v.string(), 'crypt'),
			offset: v.optional(integer),
			size: v.optional(v.union([v.literal('dynamic'), integer])),
			encryption: v.optional(v.string()),
		}),
	),
	config: v.optional(
		v.looseObject({
			json_size: v.optional(integer),
			keyslots_size: v.optional(integer),
			requirements: v.optional(v.looseObject({mandatory: v.optional(v.array(v.string()), [])})),
		}),
		{},
	),
});

/** `cryptsetup luksDump --dump-json-metadata`, the JSON area of LUKS2. @throws NotUnderstood. */
const parseMetadata = (text: string): Omit<LuksFacts, 'version' | 'uuid'> => {
	const {keyslots, segments, config} = parseAs(metadataSchema, text);
	const segment = Object.values(segments)[0];
	const keyBytes = Object.values(keyslots)[0]?.key_size;
	return {
		keySlots: Object.keys(keyslots).map(Number),
		cipher: segment?.encryption ?? null,
		keyBits: keyBytes === undefined ? null : keyBytes * 8,
		dataOffsetBytes: segment?.offset ?? null,
		layout: {
			keyArea: luks2KeyArea(config),
			segments: Object.values(segments).map(({type, encryption = null, size}) => ({
				type,
				cipher: encryption,
				isToEnd: size === 'dynamic',
			})),
			requirements: config.requirements?.mandatory ?? [],
		},
	};
};

const binaryHeaderBytes = 4096;

/** LUKS2 1.1.3 section 2: two headers, each a binary part and the JSON area, then the keyslots area. */
const luks2KeyArea = ({
	json_size: json,
	keyslots_size: length,
}: v.InferOutput<typeof metadataSchema>['config']): ByteRange | null =>
	json === undefined || length === undefined || length <= 0
		? null
		: {offset: 2 * (binaryHeaderBytes + json), length};
