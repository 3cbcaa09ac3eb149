import type {EChartsOption, LegendComponentOption, SeriesOption, XAXisComponentOption} from 'echarts';
import {formatBytes} from '../../../progress.ts';
import type {Group} from '../results.ts';
import type {Spread} from '../statistics.ts';
import {type Summary, summaries} from '../summary.ts';
import {draw, heading, isMeasured, labelled, type Plot, text, whiskers, width} from './parts.ts';

// Okabe and Ito's colours, which people who do not see all colours can tell apart; dashes tell them from ours.
const colours = ['#0072b2', '#009e73', '#d55e00', '#cc79a7', '#56b4e9', '#e69f00', '#000000'] as const;
const symbols = ['circle', 'rect', 'triangle', 'diamond'] as const;

/** Seconds against the size or the number of devices, both logarithmic. */
export const growthPlot = (of: 'size' | 'devices', groups: readonly Group[]): Plot => {
	const named = groups.flatMap(group =>
		summaries(group)
			.filter(isMeasured)
			.filter(({does}) => does === 'erase' || does === 'erase and verify')
			.map(({name, kind, seconds}) => ({
				name,
				kind,
				seconds,
				position: of === 'size' ? group.bytes : group.devices,
			})),
	);
	// A single point says nothing of growth.
	const names = [...new Set(named.map(({name}) => name))].filter(
		name => named.filter(it => it.name === name).length > 1,
	);
	const title =
		of === 'size'
			? 'Seconds against the size of one device'
			: `Seconds against the number of devices of ${formatBytes(groups[0]?.bytes ?? 0)} at once`;
	const option: EChartsOption = {
		title: heading(
			title,
			'loop devices on tmpfs, 4 KiB sectors; whole process, median; whiskers: least to most; points drawn side by side',
		),
		legend: growthLegend(names),
		grid: {left: 75, right: 260, top: 80, bottom: 60},
		xAxis: growthAxis(of, groups),
		yAxis: {type: 'log', ...labelled('seconds (logarithmic; less is better)'), nameGap: 50},
		series: names.flatMap((name, index) => lineOf(name, index, names.length, named)),
	};
	return {file: `${of}.svg`, title, svg: draw(option, 560)};
};

const growthLegend = (names: readonly string[]): LegendComponentOption => ({
	orient: 'vertical',
	left: width - 235,
	top: 80,
	itemWidth: 44,
	itemGap: 12,
	data: [...names],
	textStyle: {color: text, fontSize: 12},
});

const growthAxis = (of: 'size' | 'devices', groups: readonly Group[]): XAXisComponentOption => {
	const positions = groups.map(({bytes, devices}) => (of === 'size' ? bytes : devices));
	const axis = labelled(of === 'size' ? 'size of the device (logarithmic)' : 'devices at once (logarithmic)');
	return {
		type: 'log',
		logBase: 2,
		...axis,
		nameGap: 34,
		min: Math.min(...positions) / 1.5,
		max: Math.max(...positions) * 1.5,
		axisLabel: {
			...axis.axisLabel,
			showMinLabel: false,
			showMaxLabel: false,
			formatter: (value: number) => (of === 'size' ? formatBytes(value) : `${value}`),
		},
	};
};

interface Named extends Pick<Summary, 'name' | 'kind'> {
	readonly seconds: Spread;
	readonly position: number;
}

const lineOf = (
	name: string,
	index: number,
	count: number,
	all: readonly Named[],
): readonly SeriesOption[] => {
	const points = all
		.filter(it => it.name === name)
		// Whiskers at the same place would hide each other.
		.map(it => ({...it, position: it.position * 1.03 ** (index - (count - 1) / 2)}));
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
