import {type EChartsOption, init, type SeriesOption} from 'echarts';
import {formatBytes} from '../../progress.ts';
import type {Group, Results} from './results.ts';
import type {Spread} from './statistics.ts';
import {mainGroup, type Summary, summaries} from './summary.ts';

export interface Plot {
	readonly file: string;
	readonly title: string;
	readonly svg: string;
}

const width = 960;
const text = '#222222';
const grid = '#dddddd';

const background = '#ffffff';

const kindColours: Readonly<Record<Summary['kind'], string>> = {
	ours: '#0072b2',
	peer: '#999999',
	limit: '#e69f00',
};

// Okabe and Ito's colours, which people who do not see all colours can tell apart; dashes tell them from ours.
const colours = ['#0072b2', '#009e73', '#d55e00', '#cc79a7', '#56b4e9', '#e69f00', '#000000'] as const;
const symbols = ['circle', 'rect', 'triangle', 'diamond'] as const;

const draw = (option: EChartsOption, height: number): string => {
	const chart = init(null, null, {renderer: 'svg', ssr: true, width, height});
	try {
		chart.setOption({
			animation: false,
			backgroundColor: background,
			textStyle: {fontFamily: 'DejaVu Sans, Verdana, sans-serif', color: text},
			...option,
		});
		return `${chart.renderToSVGString()}\n`;
	} finally {
		chart.dispose();
	}
};

/** All plots that these results have something for. The same results always give the same plots. */
export const drawPlots = (results: Results): readonly Plot[] => {
	const onTmpfs = results.groups.filter(({medium}) => medium === 'tmpfs');
	const sizes = onTmpfs.filter(({devices}) => devices === 1).toSorted((a, b) => a.bytes - b.bytes);
	const wide = onTmpfs.find(({devices}) => devices > 1);
	const widths = onTmpfs.filter(({bytes}) => bytes === wide?.bytes).toSorted((a, b) => a.devices - b.devices);
	const main = mainGroup(results);
	return [
		...(main ? [speedPlot(main)] : []),
		...(sizes.length > 1 ? [growthPlot('size', sizes)] : []),
		...(widths.length > 1 ? [growthPlot('devices', widths)] : []),
	];
};

const labelled = (name: string) => ({
	name,
	nameLocation: 'middle' as const,
	nameTextStyle: {color: text, fontSize: 13},
	axisLine: {show: true, lineStyle: {color: text}},
	axisLabel: {color: text, fontSize: 12},
	splitLine: {show: true, lineStyle: {color: grid}},
});

const heading = (title: string, subtext: string) => ({
	text: title,
	subtext,
	left: 16,
	top: 10,
	textStyle: {color: text, fontSize: 17},
	subtextStyle: {color: text, fontSize: 12},
});

type Point = readonly [number, number];

/** Bars from the least to the most around points, of whatever direction. */
const whiskers = (
	points: ReadonlyArray<{readonly from: Point; readonly to: Point}>,
	colour: string,
	name?: string,
): SeriesOption => ({
	type: 'custom',
	...(name !== undefined && {name}),
	silent: true,
	z: 3,
	clip: true,
	data: points.map(({from, to}) => [...from, ...to]),
	renderItem(_parameters, api) {
		const [x1 = 0, y1 = 0] = api.coord([api.value(0), api.value(1)]);
		const [x2 = 0, y2 = 0] = api.coord([api.value(2), api.value(3)]);
		const [across, down] = x1 === x2 ? [4, 0] : [0, 4];
		const line = (xa: number, ya: number, xb: number, yb: number) => ({
			type: 'line' as const,
			shape: {x1: xa, y1: ya, x2: xb, y2: yb},
			style: {stroke: colour, lineWidth: 1.5},
		});
		return {
			type: 'group',
			children: [
				line(x1, y1, x2, y2),
				line(x1 - across, y1 - down, x1 + across, y1 + down),
				line(x2 - across, y2 - down, x2 + across, y2 + down),
			],
		};
	},
});

const isMeasured = (
	it: Summary,
): it is Summary & {readonly bytesPerSecond: Spread; readonly seconds: Spread} =>
	it.bytesPerSecond !== undefined && it.seconds !== undefined;

const kindNames: Readonly<Record<Summary['kind'], string>> = {
	ours: 'zeroize',
	peer: 'others',
	limit: "fio, the limit (its own figure, without the process's start)",
};

const speedPlot = (group: Group): Plot => {
	const sorted = summaries(group)
		.filter(isMeasured)
		.toSorted((a, b) => a.bytesPerSecond.median - b.bytesPerSecond.median);
	const title = `GB/s on ${formatBytes(group.bytes)}`;
	const kinds = ['ours', 'peer', 'limit'] as const;
	const bars: SeriesOption[] = kinds.map(kind => ({
		type: 'bar',
		name: kindNames[kind],
		stack: 'one',
		barWidth: '62%',
		itemStyle: {color: kindColours[kind]},
		data: sorted.map(it => (it.kind === kind ? it.bytesPerSecond.median / 1e9 : '-')),
	}));
	const ranges = sorted.map(({bytesPerSecond: {min, max}}, index) => ({
		from: [min / 1e9, index] as const,
		to: [max / 1e9, index] as const,
	}));
	const option: EChartsOption = {
		title: heading(
			title,
			'a loop device on tmpfs, 4 KiB sectors; whole process, median; whiskers: least to most',
		),
		legend: {top: 62, left: 16, textStyle: {color: text}},
		grid: {left: 175, right: 80, top: 100, bottom: 55},
		xAxis: {type: 'value', ...labelled('GB/s (more is better)'), nameGap: 30},
		yAxis: {
			type: 'category',
			data: sorted.map(({name}) => name),
			axisTick: {show: false},
			axisLabel: {color: text, fontSize: 12, interval: 0},
		},
		series: [...bars, whiskers(ranges, text), valueLabels(sorted)],
	};
	return {file: 'speed.svg', title, svg: draw(option, 170 + sorted.length * 26)};
};

// Behind the whisker's end, where nothing else is drawn.
const valueLabels = (sorted: ReadonlyArray<Summary & {readonly bytesPerSecond: Spread}>): SeriesOption => ({
	type: 'scatter',
	symbolSize: 1,
	silent: true,
	itemStyle: {color: 'transparent'},
	data: sorted.map(({bytesPerSecond: {median, max}}, index) => ({
		value: [max / 1e9, index],
		label: {
			show: true,
			position: 'right',
			distance: 8,
			color: text,
			fontSize: 12,
			formatter: (median / 1e9).toFixed(2),
		},
	})),
});

/** Seconds against the size or the number of devices, both logarithmic. */
const growthPlot = (of: 'size' | 'devices', groups: readonly Group[]): Plot => {
	const [first] = groups;
	const positionOf = ({bytes, devices}: Group): number => (of === 'size' ? bytes / 1024 ** 3 : devices);
	const named = groups.flatMap(group =>
		summaries(group)
			.filter(isMeasured)
			.filter(({does}) => does === 'erase' || does === 'erase and verify')
			.map(({name, kind, seconds}) => ({name, kind, seconds, position: positionOf(group)})),
	);
	// A single point says nothing of growth.
	const names = [...new Set(named.map(({name}) => name))].filter(
		name => named.filter(it => it.name === name).length > 1,
	);
	const series = names.flatMap((name, index) => lineOf(name, index, named));
	const title =
		of === 'size'
			? 'Seconds against the size of one device'
			: `Seconds against the number of devices of ${formatBytes(first?.bytes ?? 0)} at once`;
	const axis = of === 'size' ? 'size of the device, GiB (logarithmic)' : 'devices at once (logarithmic)';
	const option: EChartsOption = {
		title: heading(
			title,
			'loop devices on tmpfs, 4 KiB sectors; whole process, median; whiskers: least to most',
		),
		legend: {
			orient: 'vertical',
			right: 10,
			top: 80,
			itemWidth: 44,
			itemGap: 12,
			data: [...names],
			textStyle: {color: text, fontSize: 12},
		},
		grid: {left: 75, right: 250, top: 80, bottom: 60},
		xAxis: {
			type: 'log',
			logBase: 2,
			...labelled(axis),
			nameGap: 34,
			min: ({min}) => min / 1.4,
			max: ({max}) => max * 1.4,
		},
		yAxis: {type: 'log', ...labelled('seconds (logarithmic; less is better)'), nameGap: 50},
		series,
	};
	return {file: `${of}.svg`, title, svg: draw(option, 560)};
};

interface Named extends Pick<Summary, 'name' | 'kind'> {
	readonly seconds: Spread;
	readonly position: number;
}

const lineOf = (name: string, index: number, all: readonly Named[]): readonly SeriesOption[] => {
	const points = all.filter(it => it.name === name);
	const colour = colours[index % colours.length] ?? text;
	const isOurs = points[0]?.kind === 'ours';
	const line: SeriesOption = {
		type: 'line',
		name,
		symbol: symbols[index % symbols.length] ?? 'circle',
		symbolSize: 9,
		color: colour,
		lineStyle: {color: colour, width: isOurs ? 3 : 1.8, type: isOurs ? 'solid' : 'dashed'},
		data: points.map(({position, seconds}) => [position, seconds.median]),
	};
	const ranges = points.map(({position, seconds: {min, max}}) => ({
		from: [position, min] as const,
		to: [position, max] as const,
	}));
	return [line, whiskers(ranges, colour)];
};
