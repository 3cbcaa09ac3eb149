// The C library's words for what a single place of a device, or its absence, makes of a write.
const errnos: Readonly<Record<string, string>> = {
	'Input/output error': 'EIO',
	'No data available': 'ENODATA',
	'Remote I/O error': 'EREMOTEIO',
	'Invalid or incomplete multibyte or wide character': 'EILSEQ',
	'Connection timed out': 'ETIMEDOUT',
	'No such device': 'ENODEV',
	'No such device or address': 'ENXIO',
};

/** The name of the error that a tool put into words under LC_ALL=C, where it is one of a place or of a device that has gone. */
export const errnoIn = (words: string | undefined): string | undefined => errnos[words ?? ''];
