import type {Tools} from '../process.ts';
import type {DriveFacts} from './drive.ts';

/** A run of bytes on a device. */
export interface ByteRange {
	readonly offset: number;
	readonly length: number;
}

/**
What a device is made of. `disk`, `partition`, `loop`, `lvm`, `crypt`, `raid`, `mpath` and `rom` are lsblk's TYPE; `file` and `memory` are ours.
*/
export type DeviceKind =
	| 'disk'
	| 'partition'
	| 'loop'
	| 'lvm'
	| 'crypt'
	| 'raid'
	| 'mpath'
	| 'rom'
	| 'file'
	| 'memory'
	| 'other';

/** Somebody that uses the device now, and would write to it or break when it is erased. */
export interface Holder {
	/** `lvm`, `raid`, `crypt` and `mpath` are device-mapper or md devices on top; `open` is an exclusive open of unknown origin. */
	readonly kind: 'lvm' | 'raid' | 'crypt' | 'mpath' | 'swap' | 'loop' | 'other' | 'open';
	/** What a person would look for: a device path, a mapping's name, a swap file. */
	readonly name: string;
}

export interface Partition {
	readonly path: string;
	readonly totalBytes: number;
	/** File system type as blkid names it (`ext4`, `crypto_LUKS`), `null` where unknown. */
	readonly fileSystem: string | null;
	readonly label: string | null;
}

/**
What one request to the device may be. Source: Documentation/ABI/stable/sysfs-block, `queue/max_sectors_kb`, `queue/write_zeroes_max_bytes`.
*/
export interface QueueLimits {
	/** Longest read or write that is not split. */
	readonly maxTransferBytes: number;
	/** Longest range that the device zeroes by itself in one request; 0 where it cannot: the kernel would write zeros in its place. */
	readonly maxWriteZeroesBytes: number;
}

/**
All that is known about a device without changing it. Plain JSON. `null` means "not known" or "has none", never "not asked".

Source: `lsblk --json --bytes`, `/sys/dev/block/<major>:<minor>`, `/proc/swaps`, `/proc/self/mountinfo`, `stat`.
*/
export interface DeviceFacts {
	/** The target as the operator typed it: `/dev/sda`, `loop:disk.img`, `file:disk.img`. */
	readonly target: string;
	/** Resolved absolute path of the node or file (symlinks followed); for `loop:` the backing file, attached or not. The device's name in events. */
	readonly path: string;
	readonly kind: DeviceKind;
	/** `major:minor` of a block device; for a file `inode <dev>:<ino>`; `null` for memory. */
	readonly deviceNumber: string | null;
	/** What tells two devices of one number apart: the kernel's diskseq, for a file the time of its birth in nanoseconds. */
	readonly diskSequence: string | null;
	/** The start of the machine that these numbers are of: the next one gives them anew. Absent where a serial number says more, and for a file. Source: random(4), /proc/sys/kernel/random/boot_id. */
	readonly bootId?: string;
	readonly manufacturer: string | null;
	readonly model: string | null;
	readonly serial: string | null;
	readonly wwn: string | null;
	readonly totalBytes: number;
	readonly logicalSectorBytes: number;
	readonly physicalSectorBytes: number;
	readonly rotational: boolean | null;
	/** lsblk's TRAN: `sata`, `nvme`, `usb`, `sas`, `virtio`, …; `null` where the kernel does not say. */
	readonly transport: string | null;
	/** What it shares a bus with others behind: a PCI function (`0000:00:17.0`), with the USB bus on it (`0000:00:14.0 usb2`), an MMC host (`mmc0`); of a partition its disk's. Absent where the kernel tells of none: files, loop devices, what stands on other devices. */
	readonly controller?: string;
	readonly readOnly: boolean;
	/** Absent where there is no request queue: files, memory, a loop device that is not attached yet; one that is open has it. */
	readonly queue?: QueueLimits;
	/** Where the device or anything on it is mounted. */
	readonly mountPoints: readonly string[];
	readonly holders: readonly Holder[];
	readonly partitions: readonly Partition[];
	/** What blkid sees on the device itself: partition table type, file system, label. */
	readonly contents: {
		readonly partitionTable: string | null;
		readonly fileSystem: string | null;
		readonly label: string | null;
	};
	/** What the drive says about itself, as it was when the device was first looked at. Absent where there is none to ask: files, memory, loop devices, what stands on other devices. */
	readonly drive?: DriveFacts;
	/** True when `/` of the running system lives on this device, through any stack of partitions, LVM, md and dm-crypt. */
	readonly isSystemDisk: boolean;
}

/** What must be the same before the first write, after the last, and after verification. */
export type DeviceIdentity = Pick<DeviceFacts, 'deviceNumber' | 'diskSequence' | 'serial' | 'totalBytes'>;

export type OpenMode = 'read' | 'erase';

/**
A device held open for one run.

INVARIANTS
- Nothing here ever creates, grows or truncates the target. It was opened without O_CREAT and, for a block device, with O_EXCL: while it is held nobody can mount it or claim it.
- Positions and lengths are bytes. Reads and writes go past the page cache (O_DIRECT), so `position`, `length` and the buffer's address must be multiples of `facts.logicalSectorBytes`; `alignedBuffer()` gives such buffers. The one exception is a `file:` whose last bytes do not fill a sector: ask for the whole sector, a short count comes back.
- Nothing here retries. An error carries its errno as `cause`; who calls decides.
*/
export interface Device extends AsyncDisposable {
	/** As captured when the device was opened; never updated. */
	readonly facts: DeviceFacts;

	/** The node that a tool such as `dd` can be pointed at: for `loop:` the loop device; `undefined` when there is none (memory). */
	readonly node: string | undefined;

	/** A path to what is open here, whatever has the name of {@link node} by now: what a tool must be given that writes. For this process and its children, as long as the device is open. Source: proc(5), /proc/pid/fd. */
	readonly openNode?: string | undefined;

	/** True when reads come from the media; false when the file system underneath refuses O_DIRECT and the page cache may answer. */
	readonly isDirect: boolean;

	/**
	Reads into `buffer` from `position`. Returns the bytes read, short only at the end of the device.
	@throws SanitizeError UNREADABLE with the system error as cause.
	*/
	read(position: number, buffer: Uint8Array): Promise<number>;

	/**
	Writes `buffer` at `position`. Returns the bytes written; short at the end of the device.
	@throws SanitizeError WRITE_FAILED with the system error as cause (ENOSPC at the end of a device included).
	*/
	write(position: number, buffer: Uint8Array): Promise<number>;

	/**
	fsync: all that was written through any descriptor is on the media when this resolves; the drive's own cache is flushed.
	@throws SanitizeError SYNC_FAILED.
	*/
	sync(): Promise<void>;

	/**
	Looks again at the node (not at the open descriptor alone) and returns the facts of now, for comparison with {@link facts}.
	@throws SanitizeError DEVICE_MISSING when the node is gone.
	*/
	inspect(): Promise<DeviceFacts>;

	/**
	Sectors of 512 bytes that the kernel has written to the device or discarded since it appeared, whoever asked for it; what is in the page cache is not in it before a {@link sync}. For a loop device, what is written to its file past it adds at least one. Absent, or `null`, where nobody counts them: files, memory.

	Source: Documentation/block/stat.rst, "write sectors", "discard sectors"; inotify(7).
	*/
	countWrites?: (() => Promise<number | null>) | undefined;
}

/**
One way to name and open a device: one file in `src/devices/`, one default export made with {@link defineScheme}.
*/
export interface DeviceScheme {
	/** What stands before the colon in a target; `block` is the scheme of a plain path. */
	readonly scheme: 'block' | 'loop' | 'file' | 'memory';
	readonly summary: string;
	/** Programs from the system that this scheme runs. */
	readonly tools: readonly string[];

	/**
	Learns what there is to know, read-only: attaches nothing, opens nothing for writing, creates nothing.
	@throws SanitizeError DEVICE_MISSING, NOT_A_BLOCK_DEVICE, NOT_A_REGULAR_FILE, DEVICE_EMPTY, NO_PERMISSION, TOOL_MISSING.
	*/
	inspect(target: DeviceTarget, surroundings: DeviceSurroundings): Promise<DeviceFacts>;

	/**
	Opens and holds the device that `facts` describe. `read` opens read-only.
	@throws SanitizeError DEVICE_BUSY (somebody else holds it), DEVICE_CHANGED (it is not the one that was inspected), DEVICE_READ_ONLY, NO_PERMISSION.
	*/
	open(facts: DeviceFacts, mode: OpenMode, surroundings: DeviceSurroundings): Promise<Device>;
}

export interface DeviceTarget {
	readonly scheme: DeviceScheme['scheme'];
	/** As typed, with its scheme. */
	readonly target: string;
	/** What follows the scheme. */
	readonly path: string;
}

/** The programs and places that schemes use; arguments, so that tests can give their own. */
export interface DeviceSurroundings {
	readonly tools: Tools;
	/** Root of `/proc` and `/sys`; `/` but in tests. */
	readonly root: string;
}

export const defineScheme = (scheme: DeviceScheme): DeviceScheme => scheme;
