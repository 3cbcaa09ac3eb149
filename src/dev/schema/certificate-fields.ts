/** What the fields of a certificate mean, for its JSON Schema. */
export const certificateFields: Readonly<Record<string, string>> = {
	manufacturer: 'who made the device; null where nobody knew, as everywhere',
	model: 'model, as the device gives it',
	serialNumber: 'serial number, as the device gives it',
	assetTag: 'number that the organisation gave to the media',
	mediaType: 'such as magnetic disk, flash (SSD), NVMe SSD',
	mediaSource: 'where the media came from; the host name by default',
	method: 'NIST SP 800-88r2: clear or purge',
	technique: 'NIST SP 800-88r2: how it was done',
	notPurged:
		'why it was cleared although a purge was to be had, which the recipe allows; absent where that is not so',
	tool: 'zeroize, its eraser, the program that wrote or gave the drive its command, that command, and the overwrite scheme where there is one',
	overwrite:
		'how the device was overwritten after the purge that method, technique and tool tell of; absent where it was not',
	holds:
		'what the device holds now; absent where that is zeros by the nature of the eraser; drive-defined: what the drive made of it that erased itself',
	canary:
		'known data that was on the device before it erased itself, and is gone; absent where there was none',
	verification: 'how much was read back, and how',
	performedBy: 'who carried it out; date: when the device was done',
	validatedBy: 'who was to validate it, as planned; who did stands with the second signature',
	outcome: 'there is no certificate for any other',
	rehearsal: 'true: the steps around the erase were only recorded',
	recipe: 'name of the recipe',
	startedAt: 'the commit point, RFC 3339 UTC',
	finishedAt: 'end of the last erase or verification, RFC 3339 UTC',
	runId: 'the run, as in the journal',
	device: 'target as it was typed, path, major:minor number, World Wide Name',
	totalBytes: 'size of the device',
	writtenBytes: 'bytes that the erase wrote to the device',
	unwritable: 'always empty: a device with any gets no certificate',
	notCovered: 'what this run could not reach on the device',
	log: 'where journal and log were kept, or why they were not',
	journalHash: 'SHA-256 of line `journalSeq` of the journal, without its line feed',
	journalSeq: 'the line at which the certificate was issued',
	nonce: 'what the auditor asked for (--nonce)',
	signatures: 'JWS of RFC 7515, flattened, payload left out: RFC 8785 text of the certificate',
};
