import {formatBytes} from '../progress.ts';
import {type Block, beside, type Pen, paragraph} from './blocks.ts';
import {type PrintedCertificate, statusOf, techniqueNames} from './certificate-facts.ts';
import type {Weight} from './typeface.ts';

const gap = 5;
const textSize = 6.6;

interface Column {
	readonly title: string;
	text(printed: PrintedCertificate, number: number): string;
}

const columns: readonly Column[] = [
	{title: 'No.', text: (_, number) => `${number}`},
	{title: 'Outcome', text: ({certificate}) => shownStatus(certificate)},
	{
		title: 'Manufacturer, model',
		text: ({certificate: {manufacturer, model}}) =>
			[manufacturer, model].filter(Boolean).join(' ') || 'unknown',
	},
	{title: 'Serial number', text: ({certificate}) => shownSerial(certificate)},
	{title: 'Property no.', text: ({certificate}) => certificate.assetTag ?? ''},
	{title: 'Size', text: ({certificate}) => formatBytes(certificate.totalBytes)},
	{
		title: 'Method, technique',
		text: ({certificate: {method, technique}}) => `${method}, ${techniqueNames[technique]}`,
	},
	{
		title: 'Verified',
		text: ({certificate: {verification}}) =>
			verification.coverage === 'full' ? 'full' : `${Number(verification.percent.toPrecision(3))} %`,
	},
	{title: 'Finished', text: ({certificate}) => certificate.finishedAt.slice(0, 10)},
];

/** That of a USB case, and that of the drive within. */
const shownSerial = ({serialNumber, device}: PrintedCertificate['certificate']): string =>
	[
		serialNumber ?? 'none',
		...(device.behindBridge ? [`(${device.behindBridge.serialNumber ?? 'unknown'})`] : []),
	].join(' ');

const shownStatus = (certificate: PrintedCertificate['certificate']): string => {
	const status = statusOf(certificate);
	return status === 'sanitized' ? status : status.toUpperCase();
};

export interface SummaryTable {
	readonly head: Block;
	/** One for each device. */
	readonly rows: readonly Block[];
	/** Some text had to be broken. */
	readonly isTight: boolean;
}

export const summaryTable = (
	pen: Pen,
	certificates: readonly PrintedCertificate[],
	width: number,
): SummaryTable => {
	const cells = certificates.map((printed, index) => columns.map(({text}) => text(printed, index + 1)));
	const {widths, isTight} = columnWidths(pen, cells, width);
	const rows = certificates.map(({certificate}, index) =>
		rowOf(pen, cells[index] ?? [], {width, widths, isGood: statusOf(certificate) === 'sanitized'}),
	);
	return {head: headOf(pen, {width, widths}), rows, isTight};
};

/** As wide as the longest text of each where there is room; the widest give way where there is not. */
const columnWidths = (
	pen: Pen,
	rows: ReadonlyArray<readonly string[]>,
	width: number,
): {readonly widths: readonly number[]; readonly isTight: boolean} => {
	const size = textSize * pen.scale;
	const wanted = columns.map(({title}, index) => {
		const texts = [...new Set(rows.map(row => row[index] ?? ''))];
		const long = [
			...texts.map(text => ({text: text.slice(0, mostMeasured), weight: boldFor(text)})),
			{text: title, weight: 'bold' as const},
		];
		return Math.max(
			...long.map(({text, weight}) => pen.typeface.wrap(text, {weight, size, width: 1e6})[0]?.width ?? 0),
		);
	});
	const room = width - gap * (columns.length - 1);
	const most = capFor(wanted, room);
	const taken = wanted.reduce((sum, it) => sum + Math.min(it, most), 0);
	return {
		widths: wanted.map(it => Math.min(it, most) + Math.max(0, room - taken) / columns.length),
		isTight: wanted.some(it => it > most),
	};
};

// What is longer is wider than any page.
const mostMeasured = 300;

const boldFor = (text: string): Weight => (/^[A-Z]+$/.test(text) ? 'bold' : 'regular');

/** The largest width of one with which all of them fit. */
const capFor = (wanted: readonly number[], room: number): number => {
	let left = room;
	for (const [index, width] of wanted.toSorted((a, b) => a - b).entries()) {
		const each = left / (wanted.length - index);
		if (width > each) {
			return each;
		}

		left -= width;
	}

	return room;
};

interface Table {
	readonly width: number;
	readonly widths: readonly number[];
}

const cellsOf = (
	pen: Pen,
	texts: readonly string[],
	{widths, weight}: Pick<Table, 'widths'> & {weight: (index: number) => 'regular' | 'bold'},
): Block =>
	beside(
		texts.map((text, index) => {
			// What was measured to fit must not be broken for a rounding error.
			const width = (widths[index] ?? 0) + 0.01;
			const style = {width, size: textSize, weight: weight(index), leading: 1.18};
			return {width: width - 0.01, block: paragraph(pen, text, style)};
		}),
		gap,
	);

const rowPadding = 0.9;

const outcomeColumn = columns.findIndex(({title}) => title === 'Outcome');

/** One line, or more where a text is broken. */
const rowOf = (
	pen: Pen,
	texts: readonly string[],
	{width, widths, isGood}: Table & {isGood: boolean},
): Block => {
	const weight = (index: number) => (index === outcomeColumn && !isGood ? 'bold' : 'regular');
	const cells = cellsOf(pen, texts, {widths, weight});
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

const headOf = (pen: Pen, {width, widths}: Table): Block => {
	const titles = columns.map(({title}) => title);
	const cells = cellsOf(pen, titles, {widths, weight: () => 'bold'});
	const height = cells.height + 4;
	return {
		height,
		draw: (sheet, x, y) => {
			cells.draw(sheet, x, y + 1);
			sheet.line([x, y + height], [x + width, y + height], {lineWidth: 0.8});
		},
	};
};
