import * as v from 'valibot';
import type {LuksFacts} from '../drive.ts';
import {type Asking, ask, NotUnderstood, unknownIn} from './ask.ts';
import {integer, parseAs} from './json.ts';
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
	return {
		version,
		uuid: field('UUID'),
		keySlots: slots,
		cipher: cipher || null,
		keyBits: number('MK bits'),
		dataOffsetBytes: sectors === null ? null : sectors * 512,
	};
};

const metadataSchema = v.looseObject({
	keyslots: v.record(v.pipe(v.string(), v.digits()), v.looseObject({key_size: v.optional(integer)})),
	segments: v.record(
		v.string(),
		v.looseObject({offset: v.optional(integer), encryption: v.optional(v.string())}),
	),
});

/** `cryptsetup luksDump --dump-json-metadata`, the JSON area of LUKS2. @throws NotUnderstood. */
const parseMetadata = (text: string): Omit<LuksFacts, 'version' | 'uuid'> => {
	const {keyslots, segments} = parseAs(metadataSchema, text);
	const segment = Object.values(segments)[0];
	const keyBytes = Object.values(keyslots)[0]?.key_size;
	return {
		keySlots: Object.keys(keyslots).map(Number),
		cipher: segment?.encryption ?? null,
		keyBits: keyBytes === undefined ? null : keyBytes * 8,
		dataOffsetBytes: segment?.offset ?? null,
	};
};
