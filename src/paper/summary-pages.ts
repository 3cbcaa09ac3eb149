import {formatBytes} from '../progress.ts';
import {type Block, beside, blank, heading, type Pen, paragraph, stack} from './blocks.ts';
import {type PrintedCertificate, statusOf, techniqueNames} from './certificate-facts.ts';
import type {Sheet} from './sheet.ts';

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
const gap = 5;
const textSize = 6.6;

interface Column {
	readonly title: string;
	/** Of the width that all share. */
	readonly share: number;
	text(printed: PrintedCertificate, number: number): string;
}

const columns: readonly Column[] = [
	{title: 'No.', share: 16, text: (_, number) => `${number}`},
	{title: 'Outcome', share: 44, text: ({certificate}) => shownStatus(certificate)},
	{
		title: 'Manufacturer and model',
		share: 112,
		text: ({certificate: {manufacturer, model}}) =>
			[manufacturer, model].filter(Boolean).join(' ') || 'unknown',
	},
	{title: 'Serial number', share: 86, text: ({certificate}) => certificate.serialNumber ?? 'none'},
	{title: 'Property number', share: 56, text: ({certificate}) => certificate.assetTag ?? ''},
	{title: 'Size', share: 36, text: ({certificate}) => formatBytes(certificate.totalBytes)},
	{
		title: 'Method and technique',
		share: 82,
		text: ({certificate: {method, technique}}) => `${method}, ${techniqueNames[technique]}`,
	},
	{
		title: 'Verified',
		share: 30,
		text: ({certificate: {verification}}) =>
			verification.coverage === 'full' ? 'full' : `${Number(verification.percent.toPrecision(3))} %`,
	},
	{title: 'Finished', share: 40, text: ({certificate}) => certificate.finishedAt.slice(0, 10)},
];

const shownStatus = (certificate: PrintedCertificate['certificate']): string => {
	const status = statusOf(certificate);
	return status === 'sanitized' ? status : status.toUpperCase();
};

// The largest with which all is on one page; more pages are of the middle one.
const scales = [1.3, 1.2, 1.1, 1.05, 1, 0.95, 0.9];

/** All devices of a batch, on one page as long as that is legible: 60 devices are. */
export const drawSummary = (sheet: Sheet, batch: Batch): void => {
	const width = sheet.width - 2 * margin;
	const height = sheet.height - 2 * margin;
	const layouts = scales.map(
		scale => () => layOut({typeface: sheet.typeface, scale}, batch, {width, height}),
	);
	let pages: readonly Block[] = [];
	for (const layout of [
		...layouts,
		() => layOut({typeface: sheet.typeface, scale: 1}, batch, {width, height}),
	]) {
		pages = layout();
		if (pages.length === 1) {
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

/** Whole pages. */
const layOut = (
	{typeface, scale}: Pick<Pen, 'typeface' | 'scale'>,
	batch: Batch,
	{width, height}: {width: number; height: number},
): readonly Block[] => {
	const pen = {typeface, scale, air: 0, mostLines: 12};
	const replacedBefore = typeface.replaced;
	const rows = batch.certificates.map((printed, index) => rowOf(pen, printed, {number: index + 1, width}));
	const top = topOf(pen, batch, width);
	const tableHead = headOf(pen, width);
	const bottom = bottomOf(pen, width);
	const room = height - top.height - tableHead.height - bottom.height - footerHeight(pen);
	const groups = groupRows(rows, room);
	return groups.map((group, index) => {
		const isLast = index === groups.length - 1;
		const body = stack([top, tableHead, ...group, ...(isLast ? [bottom] : [])]);
		const notes = [
			...(isLast ? [] : ['the list goes on, on the next page']),
			...(typeface.replaced > replacedBefore
				? ['[U+…] is a character that this page cannot show: the certificate has it']
				: []),
			`page ${index + 1} of ${groups.length}`,
		];
		const footer = paragraph(pen, notes.join(' - '), {width, size: textSize, grey: 0.3, align: 'right'});
		return {
			height,
			draw: (sheet, x, y) => {
				body.draw(sheet, x, y);
				footer.draw(sheet, x, y + height - footer.height);
			},
		};
	});
};

const footerHeight = ({scale}: Pen): number => 2 * textSize * scale;

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

const cellsOf = (
	pen: Pen,
	texts: readonly string[],
	{width, weights}: {width: number; weights: (index: number) => 'regular' | 'bold'},
): Block => {
	const shares = columns.reduce((sum, {share}) => sum + share, 0);
	const room = width - gap * (columns.length - 1);
	return beside(
		texts.map((text, index) => {
			const cell = (room * (columns[index]?.share ?? 0)) / shares;
			const weight = weights(index);
			return {width: cell, block: paragraph(pen, text, {width: cell, size: textSize, weight, leading: 1.18})};
		}),
		gap,
	);
};

const rowPadding = 0.9;

const rowOf = (
	pen: Pen,
	printed: PrintedCertificate,
	{number, width}: {number: number; width: number},
): Block => {
	const isGood = statusOf(printed.certificate) === 'sanitized';
	const cells = cellsOf(
		pen,
		columns.map(({text}) => text(printed, number)),
		{width, weights: index => (columns[index]?.title === 'Outcome' && !isGood ? 'bold' : 'regular')},
	);
	const height = cells.height + 2 * rowPadding;
	return {
		height,
		draw: (sheet, x, y) => {
			if (!isGood) {
				sheet.rectangle({x: x - 3, y, width: width + 6, height}, {fill: 0.88});
			}

			cells.draw(sheet, x, y + rowPadding);
			sheet.line([x, y + height], [x + width, y + height], {stroke: 0.7, lineWidth: 0.3});
		},
	};
};

const headOf = (pen: Pen, width: number): Block => {
	const titles = columns.map(({title}) => title);
	const cells = cellsOf(pen, titles, {width, weights: () => 'bold'});
	const height = cells.height + 4;
	return {
		height,
		draw: (sheet, x, y) => {
			cells.draw(sheet, x, y + 1);
			sheet.line([x, y + height], [x + width, y + height], {lineWidth: 0.8});
		},
	};
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
