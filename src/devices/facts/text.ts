/** Text that a disk or a file system chose for itself, safe to print: control and formatting characters become `?`; empty is `null`. */
export const cleanText = (text: string | null | undefined): string | null => {
	// NUL only pads fixed-width fields; everything else that is invisible could deceive a terminal.
	const clean = (text ?? '')
		.replaceAll('\0', '')
		.trim()
		.replaceAll(/[\p{Cc}\p{Cf}]/gu, '?');
	return clean === '' ? null : clean;
};

/** `\040` and the like, as the kernel writes spaces, tabs, line ends and backslashes in /proc. */
export const unescapeOctal = (text: string): string =>
	text.replaceAll(/\\([0-3][0-7]{2})/g, (_, digits: string) =>
		String.fromCharCode(Number.parseInt(digits, 8)),
	);
