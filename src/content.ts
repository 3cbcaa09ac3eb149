/**
What stands in a device, or in a part of it, from its first byte to its last. Plain JSON.

- `zeros`.
- `bytes`: these bytes again and again, the first of them at byte 0 of the device. `hex`: two lower-case digits a byte, not all of them zeros.
- `aes-256-ctr`: the stream of AES-256 in counter mode: `key` is 64 hexadecimal digits, the counter block of byte 0 is 16 zero bytes and counts up, as one big-endian number, every 16 bytes (NIST SP 800-38A section 6.5). The same as `openssl enc -aes-256-ctr -K KEY -iv 0` of zeros.
*/
export type Content =
	| {readonly kind: 'zeros'}
	| {readonly kind: 'bytes'; readonly hex: string}
	| {readonly kind: 'aes-256-ctr'; readonly key: string};

/** What an eraser may leave: something that it wrote, or `drive-defined`: what a drive made of it that erased itself, and that nobody is told. */
export type LeftContent = Content | {readonly kind: 'drive-defined'};

/** A content as it is told before it is written: a key is committed to with the SHA-256 of its 32 bytes. */
export type AnnouncedContent =
	| Exclude<Content, {kind: 'aes-256-ctr'}>
	| {readonly kind: 'aes-256-ctr'; readonly keySha256: string};

export const zeros: Content = {kind: 'zeros'};

export const driveDefined: LeftContent = {kind: 'drive-defined'};

/** `hex` again and again; zeros where it is nothing else. */
export const repeated = (hex: string): Content =>
	/^0*$/.test(hex) ? zeros : {kind: 'bytes', hex: hex.toLowerCase()};

/** `zeros`, `0x924924`, `an AES-256-CTR stream`, `what the drive made of it`. */
export const describeContent = (content: LeftContent | AnnouncedContent): string => {
	switch (content.kind) {
		case 'zeros':
			return 'zeros';
		case 'bytes':
			return `0x${content.hex}`;
		case 'aes-256-ctr':
			return 'an AES-256-CTR stream';
		case 'drive-defined':
			return 'what the drive made of it';
		default:
			return content satisfies never;
	}
};
