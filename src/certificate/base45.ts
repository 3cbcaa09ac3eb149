const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';

const digits = (value: number, count: number): string =>
	Array.from({length: count}, (_, index) => alphabet[Math.floor(value / 45 ** index) % 45]).join('');

/** Base45 of RFC 9285: three characters of a QR code's alphanumeric mode for two bytes, two for a last one. */
export const encodeBase45 = (bytes: Uint8Array): string => {
	const groups: string[] = [];
	for (let index = 0; index < bytes.length; index += 2) {
		const [high = 0, low] = bytes.subarray(index, index + 2);
		groups.push(low === undefined ? digits(high, 2) : digits(high * 256 + low, 3));
	}

	return groups.join('');
};

/** `undefined` when it is not base45. */
export const decodeBase45 = (text: string): Uint8Array | undefined => {
	const bytes: number[] = [];
	for (let index = 0; index < text.length; index += 3) {
		const group = text.slice(index, index + 3);
		const value = valueOfGroup(group);
		const limit = group.length === 3 ? 0x1_00_00 : 0x1_00;
		if (group.length === 1 || value === undefined || value >= limit) {
			return undefined;
		}

		bytes.push(...(group.length === 3 ? [value >> 8, value & 0xff] : [value]));
	}

	return Uint8Array.from(bytes);
};

const valueOfGroup = (group: string): number | undefined => {
	const values = [...group].map(character => alphabet.indexOf(character));
	return values.includes(-1) ? undefined : values.reduce((sum, value, index) => sum + value * 45 ** index, 0);
};
