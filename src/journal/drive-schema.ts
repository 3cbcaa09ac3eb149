import * as v from 'valibot';
import type {DriveFacts} from '../devices/drive.ts';

const number = v.pipe(v.number(), v.minValue(0));

const maybe = v.nullable(number);

const name = v.nullable(v.string());

const flag = v.boolean();

const list = <const Item extends v.GenericSchema>(item: Item) => v.pipe(v.array(item), v.maxLength(1024));

const status = v.looseObject({
	state: v.picklist(['never', 'idle', 'done', 'running', 'failed', 'frozen']),
	progress: v.exactOptional(number),
});

const nvme = v.looseObject({
	controller: name,
	namespaceId: maybe,
	otherNamespaces: list(v.looseObject({id: number, path: name})),
	sanitize: v.looseObject({
		cryptoErase: flag,
		blockErase: flag,
		overwrite: flag,
		noDeallocateInhibited: flag,
	}),
	format: v.looseObject({
		supported: flag,
		formatsAllNamespaces: flag,
		erasesAllNamespaces: flag,
		cryptoErase: flag,
	}),
	securityCommands: flag,
	lbaFormat: v.exactOptional(v.looseObject({index: number, dataBytes: number, metadataBytes: number})),
	writeProtected: v.nullable(flag),
	sanitizeStatus: v.exactOptional(
		v.looseObject({
			...status.entries,
			globalDataErased: flag,
			completedPasses: number,
			estimates: v.looseObject({
				overwriteSeconds: maybe,
				blockEraseSeconds: maybe,
				cryptoEraseSeconds: maybe,
			}),
		}),
	),
});

const ata = v.looseObject({
	model: name,
	serial: name,
	firmware: name,
	sectors: maybe,
	security: v.exactOptional(
		v.looseObject({
			enabled: flag,
			locked: flag,
			frozen: flag,
			countExpired: flag,
			level: v.nullable(v.picklist(['high', 'maximum'])),
			enhancedErase: flag,
			eraseMinutes: maybe,
			enhancedEraseMinutes: maybe,
		}),
	),
	sanitize: v.exactOptional(
		v.looseObject({
			cryptoScramble: flag,
			blockErase: flag,
			overwrite: flag,
			antifreezeLock: flag,
			status: v.exactOptional(status),
		}),
	),
});

const scsi = v.looseObject({
	sanitize: v.looseObject({overwrite: flag, blockErase: flag, cryptoErase: flag, exitFailureMode: flag}),
	formatUnit: flag,
	sanitizeStatus: v.exactOptional(status),
});

const opal = v.looseObject({
	ssc: v.nullable(v.picklist(['opal-1', 'opal-2', 'enterprise', 'opalite', 'pyrite', 'ruby'])),
	lockingSupported: flag,
	lockingEnabled: flag,
	locked: flag,
	mediaEncryption: flag,
	shadowMbr: flag,
});

const luks = v.looseObject({
	version: v.picklist([1, 2]),
	uuid: name,
	keySlots: list(number),
	cipher: name,
	keyBits: maybe,
	dataOffsetBytes: maybe,
	layout: v.exactOptional(
		v.looseObject({
			keyArea: v.nullable(v.looseObject({offset: number, length: number})),
			segments: list(v.looseObject({type: v.string(), cipher: name, isToEnd: flag})),
			requirements: list(v.string()),
		}),
	),
});

const subject = v.picklist([
	'nvme',
	'namespace',
	'namespaces',
	'ata',
	'hpa',
	'dco',
	'scsi',
	'sanitize-status',
	'opal',
	'luks',
	'mmc',
	'health',
]);

/** What a drive said about itself, as a journal has it. Whoever goes on with a run decides by it, so all of it is checked. */
export const drive: v.GenericSchema<unknown, DriveFacts> = v.looseObject({
	nvme: v.exactOptional(nvme),
	ata: v.exactOptional(ata),
	scsi: v.exactOptional(scsi),
	opal: v.exactOptional(opal),
	luks: v.exactOptional(luks),
	mmc: v.exactOptional(
		v.looseObject({
			revision: name,
			sanitize: flag,
			secureErase: flag,
			secureTrim: flag,
			eraseGroupBytes: maybe,
		}),
	),
	discard: v.exactOptional(
		v.looseObject({maxBytes: number, granularityBytes: number, secure: v.nullable(flag)}),
	),
	selfEncrypting: v.nullable(flag),
	hiddenAreas: list(
		v.looseObject({
			area: v.picklist(['hpa', 'ama', 'dco', 'unallocated', 'boot', 'rpmb', 'general-purpose']),
			bytes: number,
		}),
	),
	health: v.exactOptional(
		v.looseObject({
			passed: v.nullable(flag),
			temperatureCelsius: v.nullable(v.number()),
			reallocatedSectors: maybe,
			percentageUsed: maybe,
			powerOnHours: maybe,
			source: v.picklist(['smartctl', 'mmc']),
		}),
	),
	bridge: v.exactOptional(v.looseObject({model: name, serial: name, isHonest: flag})),
	unknown: list(v.looseObject({what: subject, why: v.string()})),
});
