import {formatBytes} from '../progress.ts';
import {type Block, beside, blank, heading, type Pen, paragraph, stack} from './blocks.ts';
import {type PrintedCertificate, statusOf} from './certificate-facts.ts';
import type {Sheet} from './sheet.ts';
import {summaryTable} from './summary-table.ts';

/** A device of the same runs that has no certificate. */
export interface Uncertified {
	readonly runId: string;
	readonly device: string;
	readonly outcome: string;
}

export interface Batch {
	readonly certificates: readonly PrintedCertificate[];
	readonly uncertified: readonly Uncertified[];
}

const margin = 32;
const noteSize = 6.6;

// The first with which all is on one page is taken, and no larger one breaks a text; more pages are of the last one.
const scales = [1.2, 1.15, 1.1, 1.05, 1, 0.95, 0.9, 1];

/** All devices of a batch, on one page as long as that is legible: 60 devices are. */
export const drawSummary = (sheet: Sheet, batch: Batch): void => {
	const width = sheet.width - 2 * margin;
	const height = sheet.height - 2 * margin;
	let pages: readonly Block[] = [];
	for (const scale of scales) {
		const layout = layOut({typeface: sheet.typeface, scale}, batch, {width, height});
		pages = layout.pages;
		if (pages.length === 1 && (scale <= 1 || !layout.isTight)) {
			break;
		}
	}

	const isRehearsal = batch.certificates.every(({certificate}) => certificate.rehearsal);
	for (const page of pages) {
		sheet.addPage();
		if (isRehearsal) {
			sheet.watermark('REHEARSAL');
		}

		page.draw(sheet, margin, margin);
	}
};

interface Layout {
	/** Whole ones. */
	readonly pages: readonly Block[];
	readonly isTight: boolean;
}

const layOut = (
	{typeface, scale}: Pick<Pen, 'typeface' | 'scale'>,
	batch: Batch,
	{width, height}: {width: number; height: number},
): Layout => {
	const pen = {typeface, scale, air: 0, mostLines: 12};
	const replacedBefore = typeface.replaced;
	const {head, rows, isTight} = summaryTable(pen, batch.certificates, width);
	const top = topOf(pen, batch, width);
	const bottom = bottomOf(pen, width);
	const room = height - top.height - head.height - bottom.height - 2 * noteSize * scale;
	const groups = groupRows(rows, room);
	const pages = groups.map((group, index): Block => {
		const isLast = index === groups.length - 1;
		const body = stack([top, head, ...group, ...(isLast ? [bottom] : [])]);
		const notes = [
			...(isLast ? [] : ['the list goes on, on the next page']),
			...(typeface.replaced > replacedBefore
				? ['[U+…] is a character that this page cannot show: the certificate has it']
				: []),
			`page ${index + 1} of ${groups.length}`,
		];
		const footer = paragraph(pen, notes.join(' - '), {width, size: noteSize, grey: 0.3, align: 'right'});
		return {
			height,
			draw: (sheet, x, y) => {
				body.draw(sheet, x, y);
				footer.draw(sheet, x, y + height - footer.height);
			},
		};
	});
	return {pages, isTight};
};

const groupRows = (rows: readonly Block[], room: number): ReadonlyArray<readonly Block[]> => {
	const groups: Block[][] = [[]];
	let left = room;
	for (const row of rows) {
		if (row.height > left && groups.at(-1)?.length !== 0) {
			groups.push([]);
			left = room;
		}

		groups.at(-1)?.push(row);
		left -= row.height;
	}

	return groups;
};

const topOf = (pen: Pen, {certificates, uncertified}: Batch, width: number): Block => {
	const page = {...pen, scale: 1};
	const missing = uncertified.map(({device, runId, outcome}) => `${device} of run ${runId} (${outcome})`);
	return stack([
		paragraph(page, 'Summary of Sanitization', {width, size: 16, weight: 'bold', leading: 1.2}),
		paragraph(page, totalsOf(certificates), {width, size: 8, weight: 'bold'}),
		paragraph(
			page,
			'NIST SP 800-88r2. This list proves nothing by itself: each device has its own certificate.',
			{
				width,
				size: 7.5,
				grey: 0.3,
			},
		),
		...(missing.length > 0
			? [
					paragraph(page, `Without a certificate, not in this list: ${missing.join(', ')}`, {
						width,
						size: 8,
						weight: 'bold',
					}),
				]
			: []),
		heading({...pen, scale: 0.4}, ' ', width),
	]);
};

const totalsOf = (certificates: readonly PrintedCertificate[]): string => {
	const count = (status: ReturnType<typeof statusOf>) =>
		certificates.filter(({certificate}) => statusOf(certificate) === status).length;
	const bytes = certificates.reduce((sum, {certificate}) => sum + certificate.totalBytes, 0);
	const days = certificates.map(({certificate}) => certificate.finishedAt.slice(0, 10)).toSorted();
	const [first, last] = [days[0], days.at(-1)];
	return [
		`${certificates.length} ${certificates.length === 1 ? 'device' : 'devices'}, ${formatBytes(bytes)}`,
		`${count('sanitized')} sanitized`,
		...(count('rehearsal') > 0 ? [`${count('rehearsal')} only a rehearsal`] : []),
		...(count('rejected') > 0 ? [`${count('rejected')} rejected by the validator`] : []),
		first === last ? `finished ${first}` : `finished ${first} to ${last}`,
	].join(' - ');
};

const bottomOf = (pen: Pen, width: number): Block => {
	const page = {...pen, scale: 1};
	const third = (width - 2 * 14) / 3;
	return beside(
		['Checked by', 'Date', 'Signature'].map(label => ({
			width: third,
			block: stack([blank(page, third, 26), paragraph(page, label, {width: third, size: 7, grey: 0.3})]),
		})),
		14,
	);
};
