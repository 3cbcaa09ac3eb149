/**
A 64-bit little-endian ELF file without its symbol table and debug sections, as `strip` leaves it, for any processor: nothing of the machine that builds is needed for it.

Layout: https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html
@throws Error when the sections that a running program needs are not before all others.
*/
export const dropSymbols = (elf: Buffer): Buffer => {
	requireElf(elf);
	const sections = readSections(elf);
	const names = sections[elf.readUInt16LE(header.namesIndex)];
	const loaded = sections.slice(0, sections.findLastIndex(({isLoaded}) => isLoaded) + 1);
	const end = Math.max(...loaded.map(({offset, bytes}) => offset + bytes));
	if (!names || loaded.some(({isLoaded}, index) => !isLoaded && index > 0)) {
		throw new Error('dropping symbols: sections are mixed');
	}

	const namesAt = aligned(end);
	const tableAt = aligned(namesAt + names.bytes);
	const stripped = Buffer.alloc(tableAt + (loaded.length + 1) * sectionHeaderBytes);
	elf.copy(stripped, 0, 0, end);
	elf.copy(stripped, namesAt, names.offset, names.offset + names.bytes);
	for (const [index, {at}] of [...loaded, names].entries()) {
		elf.copy(stripped, tableAt + index * sectionHeaderBytes, at, at + sectionHeaderBytes);
	}

	stripped.writeBigUInt64LE(BigInt(namesAt), tableAt + loaded.length * sectionHeaderBytes + section.offset);
	stripped.writeBigUInt64LE(BigInt(tableAt), header.tableAt);
	stripped.writeUInt16LE(loaded.length + 1, header.count);
	stripped.writeUInt16LE(loaded.length, header.namesIndex);
	return stripped;
};

interface Section {
	/** Where its header is. */
	readonly at: number;
	readonly isLoaded: boolean;
	readonly offset: number;
	/** In the file. */
	readonly bytes: number;
}

// Offsets of the fields that are used here.
const header = {tableAt: 0x28, entryBytes: 0x3a, count: 0x3c, namesIndex: 0x3e} as const;
const section = {type: 0x04, flags: 0x08, offset: 0x18, bytes: 0x20} as const;

const sectionHeaderBytes = 64;
const isLoadedFlag = 0x2n;
const withoutContent = 8;

const requireElf = (elf: Buffer): void => {
	const isElf64 = elf.subarray(0, 6).equals(Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1]));
	if (!isElf64 || elf.readUInt16LE(header.entryBytes) !== sectionHeaderBytes) {
		throw new Error('dropping symbols: it is not a 64-bit little-endian ELF file');
	}
};

const readSections = (elf: Buffer): readonly Section[] => {
	const tableAt = Number(elf.readBigUInt64LE(header.tableAt));
	return Array.from({length: elf.readUInt16LE(header.count)}, (_, index) => {
		const at = tableAt + index * sectionHeaderBytes;
		return {
			at,
			isLoaded: (elf.readBigUInt64LE(at + section.flags) & isLoadedFlag) !== 0n,
			offset: Number(elf.readBigUInt64LE(at + section.offset)),
			bytes:
				elf.readUInt32LE(at + section.type) === withoutContent
					? 0
					: Number(elf.readBigUInt64LE(at + section.bytes)),
		};
	});
};

const aligned = (offset: number): number => Math.ceil(offset / 8) * 8;
