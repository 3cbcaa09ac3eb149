import type {ByteRange} from '../device.ts';

/** Source: LUKS1 On-Disk Format Specification 1.2.3; LUKS2 On-Disk Format Specification 1.1.3. */
export interface LuksFacts {
	readonly version: 1 | 2;
	readonly uuid: string | null;
	/** Numbers of the key slots that are in use. */
	readonly keySlots: readonly number[];
	readonly cipher: string | null;
	/** Length of the volume key. */
	readonly keyBits: number | null;
	/** Where the ciphertext begins; before it is the header, in clear. */
	readonly dataOffsetBytes: number | null;
	/** Absent in records from before it was looked at. */
	readonly layout?: LuksLayout;
}

/** What a LUKS header says of the device that it stands on. */
export interface LuksLayout {
	/** All that key material may stand in, whether a key slot uses it now or not; `null` where that is not known. */
	readonly keyArea: ByteRange | null;
	/** `crypt`: ciphertext of dm-crypt; other types are in clear, or encrypted by the drive. */
	readonly segments: ReadonlyArray<{
		readonly type: string;
		readonly cipher: string | null;
		/** To the end of the device, however large that is. */
		readonly isToEnd: boolean;
	}>;
	/** What a program must know to use it: `online-reencrypt-v2` while it is re-encrypted. */
	readonly requirements: readonly string[];
}
