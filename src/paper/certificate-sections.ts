import type {Certificate} from '../certificate.ts';
import {
	type Block,
	beside,
	blank,
	choice,
	columnGap,
	fields,
	framed,
	heading,
	type Pen,
	paragraph,
	space,
	stack,
} from './blocks.ts';
import {mediaFields, outcomeWords, personFields, validationOf, workFields} from './certificate-facts.ts';

export const titleOf = (pen: Pen, {runId, finishedAt}: Certificate, width: number): Block => {
	const left = width * 0.62;
	const right = {width: width - left, size: 7.5, align: 'right', grey: 0.3} as const;
	return beside(
		[
			{
				width: left,
				block: stack([
					paragraph(pen, 'Certificate of Sanitization', {
						width: left,
						size: 20,
						weight: 'bold',
						leading: 1.15,
					}),
					paragraph(pen, 'NIST SP 800-88r2, section 4.6 and Appendix C', {width: left, size: 8.5, grey: 0.3}),
				]),
			},
			{
				width: width - left,
				block: stack([
					space(8.5 * pen.scale),
					paragraph(pen, `run ${runId}`, right),
					paragraph(pen, `finished ${finishedAt}`, right),
				]),
			},
		],
		0,
	);
};

export const outcomeOf = (pen: Pen, certificate: Certificate, width: number): Block => {
	const {word, words} = outcomeWords(certificate);
	const padding = 9;
	const isReal = !certificate.rehearsal;
	const grey = isReal ? 1 : 0;
	const wordWidth = 170;
	const inner = width - 2 * padding;
	const content = beside(
		[
			{width: wordWidth, block: paragraph(pen, word, {width: wordWidth, size: 24, weight: 'bold', grey})},
			{
				width: inner - wordWidth,
				block: stack([
					space(isReal ? 9 * pen.scale : 0),
					paragraph(pen, words, {width: inner - wordWidth, size: 9, weight: 'bold', grey}),
				]),
			},
		],
		0,
	);
	const look = isReal ? {fill: 0} : {fill: 1, stroke: 0, lineWidth: 2, dash: 6};
	return framed(content, {width, padding, look});
};

export const factsOf = (pen: Pen, certificate: Certificate, width: number): Block => {
	const half = (width - columnGap) / 2;
	const where = {width: half, labelWidth: 66 * pen.scale};
	const column = (title: string, list: Parameters<typeof fields>[1]) => ({
		width: half,
		block: stack([heading(pen, title, half), fields(pen, list, where)]),
	});
	const notCovered = {
		label: 'Not reached by this run',
		value: certificate.notCovered.join('; ') || 'nothing',
	};
	return stack([
		beside(
			[column('Media', mediaFields(certificate)), column('Sanitization', workFields(certificate))],
			columnGap,
		),
		fields(pen, [notCovered], {width, labelWidth: where.labelWidth}),
	]);
};

export const peopleOf = (pen: Pen, certificate: Certificate, width: number): Block => {
	const validation = validationOf(certificate);
	const nobody = {name: null, title: null, date: null, location: null, contact: null};
	const gap = 14;
	const third = (width - 2 * gap) / 3;
	const where = {width: third, labelWidth: 34 * pen.scale};
	const column = (
		title: string,
		person: Parameters<typeof personFields>[0],
		decision: readonly Block[] = [],
	) => stack([heading(pen, title, third), fields(pen, personFields(person), where), ...decision]);
	const decision = beside(
		['approved', 'rejected'].map(it => ({
			width: third / 2,
			block: choice(pen, it, {width: third / 2, isTicked: validation?.decision === it}),
		})),
		0,
	);
	const columns = [
		column('Performed by', certificate.performedBy),
		column('Validated by', validation ?? certificate.validatedBy, [space(2), decision]),
		column('Concurrence', nobody),
	];
	return stack([
		beside(
			columns.map(block => ({width: third, block})),
			gap,
		),
		beside(
			columns.map(() => ({width: third, block: signatureLine(pen, third)})),
			gap,
		),
	]);
};

const signatureLine = (pen: Pen, width: number): Block =>
	stack([
		blank(pen, width, 22 * pen.scale + pen.air),
		paragraph(pen, 'Signature', {width, size: 7, grey: 0.3}),
	]);

const destinations = [
	'internal reuse',
	'external reuse',
	'recycling',
	'manufacturer',
	'destruction',
	'other',
];

export const destinationOf = (pen: Pen, width: number): Block => {
	const each = width / destinations.length;
	return stack([
		heading(pen, 'Media destination', width),
		beside(
			destinations.map(it => ({width: each, block: choice(pen, it, {width: each})})),
			0,
		),
		fields(pen, [{label: 'Details', value: null}], {width, labelWidth: 34 * pen.scale}),
	]);
};

export const footerOf = (
	pen: Pen,
	{tool}: Certificate,
	{width, page, pages, hasReplaced}: {width: number; page: number; pages: number; hasReplaced: boolean},
): Block => {
	const style = {size: 7, grey: 0.3} as const;
	const left = width * 0.8;
	const notes = [
		`${tool.name} ${tool.version}`,
		'empty fields are filled in by hand',
		...(hasReplaced ? ['[U+…] is a character that this page cannot show: the file has it'] : []),
	];
	return beside(
		[
			{width: left, block: paragraph(pen, notes.join(' - '), {...style, width: left})},
			{
				width: width - left,
				block: paragraph(pen, `page ${page} of ${pages}`, {...style, width: width - left, align: 'right'}),
			},
		],
		0,
	);
};
