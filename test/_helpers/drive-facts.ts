import type {AtaFacts, DriveFacts, DriveHealth, NvmeFacts} from '../../src/devices/drive.ts';

/** A drive of which nothing is known, and nothing is missing. */
export const driveOf = (changes: Partial<DriveFacts> = {}): DriveFacts => ({
	selfEncrypting: null,
	hiddenAreas: [],
	unknown: [],
	...changes,
});

/** An ATA disk that can do nothing by itself. */
export const ataFacts: AtaFacts = {model: 'DISK', serial: 'SERIAL1', firmware: '1', sectors: 1000};

export const securityOf = (
	changes: Partial<NonNullable<AtaFacts['security']>> = {},
): NonNullable<AtaFacts['security']> => ({
	enabled: false,
	locked: false,
	frozen: false,
	countExpired: false,
	level: null,
	enhancedErase: true,
	eraseMinutes: 2,
	enhancedEraseMinutes: 2,
	...changes,
});

/** The only namespace of a drive that can do nothing by itself. */
export const nvmeFacts: NvmeFacts = {
	controller: '/dev/nvme0',
	namespaceId: 1,
	otherNamespaces: [],
	sanitize: {cryptoErase: false, blockErase: false, overwrite: false, noDeallocateInhibited: false},
	format: {supported: false, formatsAllNamespaces: false, erasesAllNamespaces: false, cryptoErase: false},
	securityCommands: false,
	lbaFormat: {index: 0, dataBytes: 512, metadataBytes: 0},
	writeProtected: false,
};

export const healthOf = (changes: Partial<DriveHealth> = {}): DriveHealth => ({
	passed: true,
	temperatureCelsius: 30,
	reallocatedSectors: 0,
	percentageUsed: null,
	powerOnHours: 1000,
	source: 'smartctl',
	...changes,
});
