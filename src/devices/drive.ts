import type {LuksFacts} from './drive/luks-facts.ts';

/**
What a drive itself says about itself: all that a technique of the drive's own needs to know, and all that an overwrite through the host cannot reach. Plain JSON; learnt with reading commands alone.

A part that is absent does not apply to the drive, or could not be learnt: then {@link unknown} says so, and why. Whoever decides on a part that is absent must look there, or refuse.
*/
export interface DriveFacts {
	readonly nvme?: NvmeFacts;
	readonly ata?: AtaFacts;
	readonly scsi?: ScsiFacts;
	readonly opal?: OpalFacts;
	/** Of the device itself; what stands on its partitions is in {@link Partition.fileSystem}. */
	readonly luks?: LuksFacts;
	readonly mmc?: MmcFacts;
	readonly discard?: DiscardFacts;
	/** Whether the drive keeps only ciphertext: it can throw its key away, or a TCG drive says so. `null` when nobody could tell. */
	readonly selfEncrypting: boolean | null;
	/** What the host cannot address. Empty: looked for and not found, as far as {@link unknown} does not say otherwise. */
	readonly hiddenAreas: readonly HiddenArea[];
	readonly health?: DriveHealth;
	readonly bridge?: BridgeFacts;
	readonly unknown: readonly UnknownFact[];
}

export type DriveSubject =
	| 'nvme'
	| 'namespace'
	| 'namespaces'
	| 'ata'
	| 'hpa'
	| 'dco'
	| 'scsi'
	| 'sanitize-status'
	| 'opal'
	| 'luks'
	| 'mmc'
	| 'health';

/** Something that applies to the drive and could not be learnt. */
export interface UnknownFact {
	readonly what: DriveSubject;
	/** For people: `nvme is not installed`, `it needs root`, `hdparm gave no answer within 10 s`. */
	readonly why: string;
}

/**
How the drive's last operation of its own came out, as the drive remembers it through a loss of power.

- `never`: there was none. Only NVMe tells.
- `idle`: none is running; ATA does not tell whether there was one.
- `done`, `failed`: the last one; after a failed one the drive may refuse to be read and written.
- `running`: the media must not be taken for erased yet.
- `frozen`: the drive takes no such command until it was without power (ATA).

Source: NVMe Base Specification 2.0 figure 208 (SSTAT bits 2:0); ACS-4 7.36.10 SANITIZE STATUS EXT; SPC-5 sense 04h/1Bh.
*/
export interface SanitizeStatus {
	readonly state: 'never' | 'idle' | 'done' | 'running' | 'failed' | 'frozen';
	/** From 0 to 1, of one that is running, where the drive counts (SPROG / 65536). */
	readonly progress?: number;
}

/** Source: NVMe Base Specification 2.0, Identify Controller (figure 275), Identify Namespace (NVM Command Set figure 97), Sanitize Status log (figure 208). */
export interface NvmeFacts {
	/** The character device that takes commands to the whole controller: `/dev/nvme0`. */
	readonly controller: string | null;
	readonly namespaceId: number | null;
	/** Other namespaces of the same drive: a sanitize hits them all, and so does a format where `format` says so. A path where the kernel shows one. */
	readonly otherNamespaces: ReadonlyArray<{readonly id: number; readonly path: string | null}>;
	/** SANICAP, bytes 331:328: bits 0, 1 and 2. All false: the drive has no Sanitize. */
	readonly sanitize: {
		readonly cryptoErase: boolean;
		readonly blockErase: boolean;
		readonly overwrite: boolean;
		/** Bit 29, NDI: a sanitize that must not deallocate afterwards is refused. */
		readonly noDeallocateInhibited: boolean;
	};
	/** OACS bit 1, and FNA, byte 524: bits 0, 1 and 2. */
	readonly format: {
		readonly supported: boolean;
		/** A format goes over all namespaces of the drive, whichever was named. */
		readonly formatsAllNamespaces: boolean;
		/** The same of a format that erases (SES 1 or 2). */
		readonly erasesAllNamespaces: boolean;
		/** SES 2. */
		readonly cryptoErase: boolean;
	};
	/** OACS bit 0: Security Send and Receive, without which there is no TCG. */
	readonly securityCommands: boolean;
	/** How the namespace is formatted (FLBAS): a format must name the same to leave the sectors as they are. Absent when it could not be learnt. */
	readonly lbaFormat?: {
		readonly index: number;
		readonly dataBytes: number;
		readonly metadataBytes: number;
	};
	/** NSATTR bit 0: the namespace is write protected now. `null` when it could not be learnt. */
	readonly writeProtected: boolean | null;
	/** Absent for a drive without Sanitize, and when it could not be learnt. */
	readonly sanitizeStatus?: NvmeSanitizeStatus;
}

export interface NvmeSanitizeStatus extends SanitizeStatus {
	/** SSTAT bit 8: nothing was written to the drive since it was made, or since the last sanitize that ended well. */
	readonly globalDataErased: boolean;
	/** SSTAT bits 7:3: passes of an overwrite that are complete. */
	readonly completedPasses: number;
	/** The drive's own estimates in seconds; `null` where it gives none (FFFFFFFFh). */
	readonly estimates: {
		readonly overwriteSeconds: number | null;
		readonly blockEraseSeconds: number | null;
		readonly cryptoEraseSeconds: number | null;
	};
}

/** Source: ACS-4 IDENTIFY DEVICE: words 82 and 128 (security), 89 and 90 (times), 59 (sanitize), as hdparm -I shows them. */
export interface AtaFacts {
	readonly model: string | null;
	readonly serial: string | null;
	readonly firmware: string | null;
	/** Sectors that the host may address (words 103:100), of the drive's logical sector size. */
	readonly sectors: number | null;
	/** Absent: the drive has no Security feature set. */
	readonly security?: {
		/** A password is set. */
		readonly enabled: boolean;
		/** It must be given before anything else. */
		readonly locked: boolean;
		/** No security command is taken until the drive was without power, or the machine asleep. */
		readonly frozen: boolean;
		/** Too many wrong passwords: none is tried any more until the drive was without power. */
		readonly countExpired: boolean;
		/** What the master password may do: with `maximum` it can only erase. `null` while no password is set. */
		readonly level: 'high' | 'maximum' | null;
		readonly enhancedErase: boolean;
		/** The drive's own estimates; `null` where it gives none. */
		readonly eraseMinutes: number | null;
		readonly enhancedEraseMinutes: number | null;
	};
	/** Absent: the drive has no Sanitize feature set. */
	readonly sanitize?: {
		readonly cryptoScramble: boolean;
		readonly blockErase: boolean;
		readonly overwrite: boolean;
		readonly antifreezeLock: boolean;
		/** Absent when it could not be learnt. */
		readonly status?: SanitizeStatus;
	};
}

/** Source: SPC-5 6.36 REPORT SUPPORTED OPERATION CODES; SBC-4 5.31 SANITIZE (48h, service actions 1, 2, 3 and 1Fh), 5.4 FORMAT UNIT (04h). */
export interface ScsiFacts {
	readonly sanitize: {
		readonly overwrite: boolean;
		readonly blockErase: boolean;
		readonly cryptoErase: boolean;
		/** Takes the drive out of the state that a failed sanitize leaves it in. */
		readonly exitFailureMode: boolean;
	};
	readonly formatUnit: boolean;
	/** Absent for a drive without SANITIZE, and when it could not be learnt. */
	readonly sanitizeStatus?: SanitizeStatus;
}

/** Source: TCG Storage Architecture Core Specification 3.3.6, level 0 discovery: Locking feature (0002h) and the features of the SSCs. */
export interface OpalFacts {
	readonly ssc: 'opal-1' | 'opal-2' | 'enterprise' | 'opalite' | 'pyrite' | 'ruby' | null;
	readonly lockingSupported: boolean;
	readonly lockingEnabled: boolean;
	readonly locked: boolean;
	/** The media holds ciphertext alone. Pyrite drives lock and do not encrypt. */
	readonly mediaEncryption: boolean;
	/** The host sees a small disk for starting the machine in place of the real one. */
	readonly shadowMbr: boolean;
}

/** Source: JEDEC JESD84-B51, EXT_CSD bytes 231 (SEC_FEATURE_SUPPORT), 226 (BOOT_SIZE_MULT), 168 (RPMB_SIZE_MULT), 143 to 154 (GP_SIZE_MULT), 267 to 269. */
export interface MmcFacts {
	/** `5.1`. */
	readonly revision: string | null;
	/** Bit 6: unmapped blocks can be purged. */
	readonly sanitize: boolean;
	/** Bit 0. */
	readonly secureErase: boolean;
	/** Bit 4. */
	readonly secureTrim: boolean;
	/** Erases act on whole groups of so many bytes; `null` where it is not said. */
	readonly eraseGroupBytes: number | null;
}

/** Source: Documentation/ABI/stable/sysfs-block, `queue/discard_max_bytes` and `queue/discard_granularity`. */
export interface DiscardFacts {
	/** Longest range in one request; 0 where the device discards nothing. */
	readonly maxBytes: number;
	readonly granularityBytes: number;
	/** Whether it takes BLKSECDISCARD. The kernel does not tell: known from the drive for MMC, from the features of the device for virtio; no other driver has it, and a device on top of others is `null`. */
	readonly secure: boolean | null;
}

/**
- `hpa`: beyond the maximum that was set for the host (ATA Host Protected Area); `ama`: the same by Accessible Max Address (ACS-3 and later).
- `dco`: taken away by Device Configuration Overlay.
- `unallocated`: belongs to no namespace (NVMe UNVMCAP).
- `boot`, `rpmb`, `general-purpose`: MMC partitions beside the user area; the kernel shows the first and the last as devices of their own.
*/
export interface HiddenArea {
	readonly area: 'hpa' | 'ama' | 'dco' | 'unallocated' | 'boot' | 'rpmb' | 'general-purpose';
	readonly bytes: number;
}

/** `null` where the drive does not say. */
export interface DriveHealth {
	/** The drive's own verdict; false: it says that it is failing. */
	readonly passed: boolean | null;
	readonly temperatureCelsius: number | null;
	/** Sectors that the drive replaced: what they held is out of reach. */
	readonly reallocatedSectors: number | null;
	/** Of the endurance that the maker expects; may be more than 100. */
	readonly percentageUsed: number | null;
	readonly powerOnHours: number | null;
	/** Who said it: `smartctl`, `mmc`. */
	readonly source: 'smartctl' | 'mmc';
}

/** A drive behind a bridge, as USB enclosures are: what it says itself, asked through the bridge (SAT). */
export interface BridgeFacts {
	readonly model: string | null;
	readonly serial: string | null;
	/** False: the serial number that the kernel has from the bridge, in {@link DeviceFacts.serial}, is not the drive's. */
	readonly isHonest: boolean;
}
