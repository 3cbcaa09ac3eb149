import {SanitizeError, toSanitizeError} from '../../errors.ts';
import type {Uncertified} from '../../paper/summary-pages.ts';
import {shown} from '../../shown.ts';
import type {Surroundings} from '../command.ts';
import {type FoundCertificates, readCertificates} from './read-certificates.ts';

export interface FoundInFiles {
	/** In the order of the files; each certificate once. */
	readonly files: ReadonlyArray<{readonly file: string; readonly texts: readonly string[]}>;
	readonly uncertified: readonly Uncertified[];
	/** What somebody who gave these files may not expect. */
	readonly notes: readonly string[];
}

const mostNamed = 8;

/**
The certificates of many files.
@throws SanitizeError naming every file that has none, with the reason.
*/
export const readAll = async (files: readonly string[]): Promise<FoundInFiles> => {
	const found: Array<FoundCertificates & {readonly file: string}> = [];
	const failures: SanitizeError[] = [];
	for (const file of files) {
		try {
			found.push({file, ...(await readCertificates(file))});
		} catch (error) {
			failures.push(toSanitizeError(error));
		}
	}

	requireNone(failures, files.length);
	const places = new Map<string, string>();
	const notes: string[] = [];
	const read = found.map(({file, texts, note}) => {
		notes.push(...(note === undefined ? [] : [note]));
		const news = texts.filter(text => !places.has(text));
		for (const text of texts) {
			const before = places.get(text);
			notes.push(
				...(before === undefined ? [] : [`${file}: the same certificate as in ${before}: taken once`]),
			);
			places.set(text, before ?? file);
		}

		return {file, texts: news};
	});
	const uncertified = found.flatMap(it => it.uncertified ?? []);
	notes.push(
		...uncertified.map(
			({device, runId, outcome}) => `${device} of run ${runId} has no certificate: ${outcome}`,
		),
	);
	return {files: read, uncertified, notes};
};

const longestNote = 4096;

export const tellNotes = (
	{notes}: Pick<FoundInFiles, 'notes'>,
	doing: string,
	stderr: Surroundings['stderr'],
): void => {
	for (const note of notes) {
		stderr.write(`zeroize: ${doing}: ${shown(note, longestNote)}\n`);
	}
};

const requireNone = (failures: readonly SanitizeError[], count: number): void => {
	// One that was changed matters more than one that is none.
	const first = failures.find(({code}) => code === 'CERTIFICATE_MISMATCH') ?? failures[0];
	if (!first || count === 1) {
		if (first) {
			throw first;
		}

		return;
	}

	const named = failures.slice(0, mostNamed).map(({message}) => message);
	const more = failures.length - named.length;
	throw new SanitizeError(
		first.code,
		`${failures.length} of ${count} files have no certificate to take: ${[...named, ...(more > 0 ? [`and ${more} more`] : [])].join('; ')}`,
		{hint: first.hint, cause: first},
	);
};
