import {shown} from '../../shown.ts';
import type {KernelRecord} from './records.ts';

interface Kind {
	readonly what: string;
	readonly pattern: RegExp;
	/** True for what the kernel says of the whole machine, or of a process. */
	readonly isGeneral?: boolean;
}

/*
The strongest first. The words are those of the kernel's sources:
  drivers/usb/core/hub.c            "USB disconnect, device number", "reset %s USB device number", "device not accepting address"
  drivers/scsi/scsi_error.c         "Device offlined - not ready after error recovery"; scsi_lib.c: "rejecting I/O to offline device", "timing out command, waited"
  drivers/ata/libata-eh.c           "disable device", "exception Emask", "hard resetting link", "limiting SATA link speed", "qc timeout"; libata-sata.c: "SATA link down"
  drivers/nvme/host/pci.c, core.c   "timeout, reset controller", "timeout, aborting", "controller is down; will reset", "Device not ready", "Disabling device after reset failure"
  drivers/mmc/host/sdhci.c          "Timeout waiting for hardware interrupt"; mmc/core/block.c: "Card stuck"
  drivers/thermal/intel/therm_throt.c, thermal_core.c   "temperature is above threshold, cpu clock is throttled", "critical temperature reached"
  drivers/md/dm-thin.c              "switching pool to out-of-data-space mode"
  drivers/block/nbd.c               "Connection timed out", "Receive control failed"
  block/blk-core.c                  "I/O error, dev", "critical medium error, dev", "timeout error, dev", "Trying to write to read-only block-device"
  drivers/scsi/sd.c                 "Write Protect is on"
  kernel/hung_task.c                "INFO: task %s:%d blocked for more than %ld seconds."
*/
const kinds: readonly Kind[] = [
	{
		what: 'the kernel has lost the device',
		pattern:
			/disconnect, device number|Device offlined|offline device|disable device|after (?:reset|probe) failure|link down|not accepting address|card \w+ removed/,
	},
	{what: 'it is too hot', pattern: /temperature|thermal|throttl|overheat/i},
	{
		what: 'the bus, link or controller was reset',
		pattern: /\breset|resetting|exception Emask|limiting SATA link speed|slow to respond|controller is down/i,
	},
	{
		what: 'it does not answer in time',
		pattern: /time(?:d )?[ -]?out|timing out|\babort|not ready|not responding|stuck|control failed/i,
	},
	{what: 'what stores it is full', pattern: /out-of-data-space|no free (?:data )?space/},
	{
		what: 'it reports errors',
		pattern: /(?:I\/O|medium|target|protection|transport|nexus|resource) error|failed command|Sense Key/i,
	},
	{what: 'it was made read-only', pattern: /read-only|Write Protect is on/i},
	{
		what: 'the machine is too hot',
		pattern: /temperature (?:is )?above threshold|critical temperature/i,
		isGeneral: true,
	},
	{
		what: 'a process waits for a device',
		pattern: /INFO: task .* blocked .*for more than \d+ seconds/,
		isGeneral: true,
	},
];

/** What the kernel log says against a device, the strongest and of that the latest. */
export interface Evidence {
	readonly rank: number;
	readonly words: string;
}

/** The stronger of what was found before and what a record says; pure. */
export const weigh = (
	before: Evidence | null,
	record: KernelRecord,
	isAbout: (record: KernelRecord) => boolean,
): Evidence | null => {
	const rank = kinds.findIndex(
		({pattern, isGeneral}) => pattern.test(record.text) && (isGeneral || isAbout(record)),
	);
	const kind = kinds[rank];
	return kind && rank <= (before?.rank ?? kinds.length)
		? {rank, words: `${kind.what}: ${shown(record.text)} (kernel log)`}
		: before;
};
