import type {EChartsOption, SeriesOption} from 'echarts';
import {formatBytes} from '../../../progress.ts';
import type {Group} from '../results.ts';
import type {Spread} from '../statistics.ts';
import {type Summary, summaries} from '../summary.ts';
import {draw, heading, isMeasured, labelled, type Plot, text, whiskers} from './parts.ts';

const kindColours: Readonly<Record<Summary['kind'], string>> = {
	ours: '#0072b2',
	peer: '#999999',
	limit: '#e69f00',
};

const kindNames: Readonly<Record<Summary['kind'], string>> = {
	ours: 'zeroize',
	peer: 'others',
	limit: "fio, the limit (its own figure, without the process's start)",
};

/** GB/s of all in one group, the fastest first. */
export const speedPlot = (group: Group): Plot => {
	const sorted = summaries(group)
		.filter(isMeasured)
		.toSorted((a, b) => a.bytesPerSecond.median - b.bytesPerSecond.median);
	const title = `Speed on one device of ${formatBytes(group.bytes)}`;
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
		legend: {top: 62, left: 16, itemGap: 30, textStyle: {color: text}},
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
