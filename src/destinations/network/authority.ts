import {X509Certificate} from 'node:crypto';
import {SanitizeError} from '../../errors.ts';
import {readOwnFile} from '../../files/read-file.ts';

const maxAuthorityBytes = 256 * 1024;

/**
The text of a PEM file with certificate authorities; `null` where none was named.
@throws SanitizeError DESTINATION_UNREACHABLE when it cannot be read or holds no certificate.
*/
export const readAuthority = async (file: string | undefined): Promise<string | null> => {
	if (file === undefined) {
		return null;
	}

	const text = await read(file);
	try {
		new X509Certificate(text);
		return text;
	} catch (error) {
		throw unusable(`reading ${file}: it holds no certificate in PEM form`, error);
	}
};

const read = async (file: string): Promise<string> =>
	(await readOwnFile(file, {maxBytes: maxAuthorityBytes, refuse: unusable})).toString();

const unusable = (message: string, cause?: unknown): SanitizeError =>
	new SanitizeError('DESTINATION_UNREACHABLE', message, {
		hint: 'name the PEM file of the authority that signed the certificate of the receiver',
		cause,
	});
