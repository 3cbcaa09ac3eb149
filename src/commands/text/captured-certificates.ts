import {type Finding, findCertificates} from '../../certificate/capture.ts';
import {SanitizeError} from '../../errors.ts';

export interface CapturedCertificates {
	/** Exact texts of certificates, each once. */
	readonly texts: readonly string[];
	/** What was found, and what of it is damaged. */
	readonly note?: string;
}

/**
The certificates in what was recorded off a console or read from a QR code; `undefined` where there is no trace of any. A copy that is whole makes up for one that is damaged.
@throws SanitizeError CERTIFICATE_INVALID saying what is wrong with each, when none is whole.
*/
export const readCapture = (capture: string, file: string): CapturedCertificates | undefined => {
	const findings = findCertificates(capture);
	if (findings.length === 0) {
		return undefined;
	}

	const damages = findings.flatMap(({result, ...where}) =>
		typeof result === 'string' ? [] : [{where: describe(where), error: result}],
	);
	const wrong = list(
		damages.map(({where, error}) => `${where}: ${error.message}`),
		'; ',
	);
	const texts = [...new Set(findings.map(({result}) => result).filter(result => typeof result === 'string'))];
	const [first] = damages;
	if (texts.length === 0 && first) {
		throw new SanitizeError('CERTIFICATE_INVALID', `reading ${file}: ${wrong}`, {
			hint: first.error.hint ?? 'capture it again',
			cause: first.error,
		});
	}

	const whole = findings.filter(({result}) => typeof result === 'string').map(describe);
	const from = `${count(texts.length, 'certificate')} in ${file}, from ${list(whole, ', ')}`;
	return {texts, note: wrong === '' ? from : `${from}; damaged: ${wrong}`};
};

const mostListed = 8;

const list = (items: readonly string[], separator: string): string =>
	[
		...items.slice(0, mostListed),
		...(items.length > mostListed ? [`and ${items.length - mostListed} more`] : []),
	].join(separator);

const describe = ({kind, line}: Pick<Finding, 'kind' | 'line'>): string => `the ${kind} in line ${line}`;

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;
