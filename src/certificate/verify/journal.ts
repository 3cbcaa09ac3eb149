import {type Certificate, certificateText} from '../../certificate.ts';
import {SanitizeError} from '../../errors.ts';
import {isSealedBy} from '../../journal/seal.ts';
import type {JournalLine} from '../../journal.ts';
import {conclude} from '../../outcome.ts';
import type {Report} from '../../report.ts';
import {replayJournal} from '../replay.ts';
import type {VerificationKey} from '../signing-key.ts';
import type {Check} from './check.ts';

/**
Whether this is the journal of the run that issued the certificate, whole and unchanged. `totalBytes`: of the file; `text` has its whole lines.
@throws SanitizeError CERTIFICATE_MISMATCH, JOURNAL_INVALID, CERTIFICATE_INVALID.
*/
export function* checkJournal(
	certificate: Certificate,
	text: string,
	totalBytes: number,
	signer: VerificationKey | undefined,
): Generator<Check> {
	if (Buffer.byteLength(text) !== totalBytes) {
		throw mismatch('something stands behind its last line');
	}

	const {lines, report, certificates} = replayJournal(text, 'the journal');
	const last = lines.at(-1);
	yield {result: 'ok', text: `journal: ${lines.length} lines, none of them changed, added or removed`};
	checkSeals(lines, signer);
	yield {result: 'ok', text: `journal: its last line (${last?.event.type}) is signed with the same key`};
	requireSame(certificate, lines, certificates);
	yield {result: 'ok', text: `journal: line ${certificate.journalSeq} is the one that the certificate names`};
	yield {result: 'ok', text: 'journal: what it tells of comes to this certificate, to the byte'};
	yield* checkEnd(certificate, last, report);
}

const checkSeals = (lines: readonly JournalLine[], signer: VerificationKey | undefined): void => {
	const forged = lines.find(
		({seal}) => seal?.signature !== undefined && !(signer && isSealedBy(seal, signer)),
	);
	if (forged) {
		throw mismatch(`line ${forged.event.seq} is not signed with the key of the certificate`);
	}

	if (lines.at(-1)?.seal?.signature === undefined) {
		throw mismatch('its last line is not signed');
	}
};

const requireSame = (
	{signatures, ...unsigned}: Certificate,
	lines: readonly JournalLine[],
	proved: readonly Certificate[],
): void => {
	const {runId, journalSeq, journalHash, device} = unsigned;
	if (lines[0]?.event.runId !== runId) {
		throw mismatch('it is of another run');
	}

	if (lines[journalSeq - 1]?.hash !== journalHash) {
		throw mismatch(`line ${journalSeq} is not the one that the certificate names`);
	}

	// The validator signs later, of which no journal tells.
	const [first] = signatures ?? [];
	const issued = first && certificateText({...unsigned, signatures: [first]});
	if (!proved.some(other => certificateText(other) === issued)) {
		throw mismatch(`what it tells of ${device.path} comes to another certificate`);
	}
};

/** A copy that was delivered during the run ends before its end. */
function* checkEnd({device}: Certificate, last: JournalLine | undefined, report: Report): Generator<Check> {
	const outcome = conclude(report).devices.find(({path}) => path === device.path)?.outcome;
	if (outcome !== 'sanitized') {
		throw mismatch(`after the certificate ${device.path} became ${outcome}`);
	}

	const type = last?.event.type;
	yield type === 'run.finished' || type === 'run.halting'
		? {result: 'ok', text: 'journal: it goes to the end of the run'}
		: {result: 'not checked', text: 'what came later: this copy of the journal ends before the run did'};
}

const mismatch = (message: string): SanitizeError =>
	new SanitizeError('CERTIFICATE_MISMATCH', `the journal: ${message}`, {
		hint: 'give the journal of this run as zeroize left it; without it nothing proves the certificate but its signature',
	});
