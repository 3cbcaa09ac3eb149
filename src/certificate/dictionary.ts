/*
What certificates mostly say, for the deflate of the compact form: version 1. It is frozen: a changed byte makes every QR code unreadable that was ever drawn with it. What newer certificates say differently still fits, in more bytes; a better dictionary is a version 2 beside this one.
The likely text stands last: deflate says "the same as n bytes before" in fewer bits when n is small.
*/

const values = [
	'cryptographic-erase',
	'block-erase',
	'"method": "purge"',
	'"rehearsal": true',
	'it was not asked for',
	'would be erased with the device',
	'0123456789abcdef',
	'rehearsal',
	'verify-only',
	'ssr-zeroize',
	'zeroize-loop',
	'"file"',
	'"memory"',
	'"unknown"',
	'"file:/',
	'"loop:/tmp/',
	'.img',
	'/var/lib/',
	'/dev/loop',
	'/dev/vda',
	'/dev/mmcblk0',
	'inode 65024:',
	'"QEMU"',
	'QEMU HARDDISK',
	'VBOX HARDDISK',
	'VMware',
	'Virtual disk',
	'Msft',
	'INTEL SSDSC2K',
	'INTEL SSDPE2K',
	'Samsung SSD 870 EVO',
	'Samsung SSD 980 PRO 1TB',
	'SAMSUNG MZ7LH',
	'Micron_5300_MTFD',
	'KINGSTON',
	'SanDisk',
	'Crucial_CT',
	'TOSHIBA',
	'WDC WD',
	'ST2000',
	'"ATA"',
	'"eui.00',
	'"naa.5',
	'"0x5',
	'"router-',
	'"ssr-',
	'"magnetic disk"',
	'copies of its blocks that the file system or storage underneath may keep (journal, snapshots, copy-on-write, remapped cells)"\n\t],',
	'"loop device over a file"',
	'"direct",\n\t\t"program": {\n\t\t\t"name": "direct",\n\t\t\t"version": "0.1.0"',
];

const sampled = `		"coverage": "sampled",
		"percent": 10.0
		"result": "passed",
		"verifiedBytes": 10
		"isDirect": false,
		"sampling": {
			"seed": "",
			"sections": 1000,
			"samplesPerSection": 2,
			"detectionProbability": 0.10
			"detectionProbabilityOf100Sectors": 0.9999
		}
	},
	"writtenBytes": `;

const usual = `{
	"manufacturer": null,
	"model": null,
	"serialNumber": null,
	"assetTag": null,
	"mediaType": "NVMe SSD",
	"mediaType": "flash (SSD)",
	"mediaSource": "localhost",
	"device": {
		"target": "/dev/nvme0n1",
		"path": "/dev/nvme0n1",
		"deviceNumber": "259:0",
		"target": "/dev/sda",
		"path": "/dev/sda",
		"deviceNumber": "8:0",
		"wwn": null
	},
	"totalBytes": 000,
	"notCovered": [
		"spare and retired flash cells (over-provisioning): the host cannot address them",
		"sectors that the drive has remapped",
		"hidden areas (HPA, DCO, AMA): they were not looked for"
	],
	"method": "clear",
	"technique": "overwrite",
	"tool": {
		"name": "zeroize",
		"version": "0.1.0",
		"eraser": "dd",
		"program": {
			"name": "dd (coreutils)",
			"version": "9.1"
		}
	},
	"verification": {
		"coverage": "full",
		"percent": 100,
		"result": "passed",
		"verifiedBytes": 000,
		"isDirect": true
	},
	"writtenBytes": 000,
	"unwritable": [],
	"performedBy": {
		"name": null,
		"title": null,
		"date": "2026-11-2",
		"location": null,
		"contact": null
	},
	"validatedBy": {
		"name": null,
		"title": null,
		"date": null,
		"location": null,
		"contact": null
	},
	"outcome": "sanitized",
	"rehearsal": false,
	"recipe": "ssr-zeroize",
	"recipe": "erase",
	"startedAt": "2026-
	"finishedAt": "2026-
	"runId": "2026
	"log": {
		"keptIn": null,
		"reason": "
	},
	"log": {
		"keptIn": "/var/log/zeroize/2026
		"reason": null
	},
	"journalHash": "",
	"journalSeq": 12
}
`;

export const dictionaryVersion1: string = [...values, sampled, usual].join('\n');
