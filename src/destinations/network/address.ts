import {SanitizeError} from '../../errors.ts';

/**
A URL that may stand in a plan and a journal.
@throws SanitizeError USAGE.
*/
export const parsePublicUrl = (text: string, form: string): URL => {
	const url = URL.parse(text);
	if (!url || url.hostname === '') {
		throw new SanitizeError('USAGE', `"${withoutSecrets(text)}" is not an address`, {
			hint: `write it as ${form}`,
		});
	}

	if (url.username !== '' || url.password !== '') {
		throw new SanitizeError('USAGE', `"${withoutSecrets(text)}" has a user name or password in it`, {
			hint: 'the address stands in the journal for everybody to read: leave them out, and let the receiver allow this machine by its address',
		});
	}

	if (url.search !== '' || url.hash !== '') {
		throw new SanitizeError('USAGE', `"${withoutSecrets(text)}" has a "?" or "#" in it`, {
			hint: 'what follows them may be a secret, and the address stands in the journal: leave it out',
		});
	}

	return url;
};

/** An address as it may be repeated in a message. */
const withoutSecrets = (text: string): string =>
	text.replace(/\/\/.*@/, '//***@').replace(/([?#]).*$/, '$1***');
