import {type EChartsOption, init, type SeriesOption} from 'echarts';
import type {Spread} from '../statistics.ts';
import type {Summary} from '../summary.ts';

export interface Plot {
	readonly file: string;
	readonly title: string;
	readonly svg: string;
}

export const width = 960;
export const text = '#222222';
const grid = '#dddddd';

const background = '#ffffff';

export const draw = (option: EChartsOption, height: number): string => {
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

export const labelled = (name: string) => ({
	name,
	nameLocation: 'middle' as const,
	nameTextStyle: {color: text, fontSize: 13},
	axisLine: {show: true, lineStyle: {color: text}},
	axisLabel: {color: text, fontSize: 12},
	splitLine: {show: true, lineStyle: {color: grid}},
});

export const heading = (title: string, subtext: string) => ({
	text: title,
	subtext,
	left: 16,
	top: 10,
	textStyle: {color: text, fontSize: 17},
	subtextStyle: {color: text, fontSize: 12},
});

type Point = readonly [number, number];

/** Bars from the least to the most around points, of whatever direction. */
export const whiskers = (
	points: ReadonlyArray<{readonly from: Point; readonly to: Point}>,
	colour: string,
): SeriesOption => ({
	type: 'custom',
	silent: true,
	z: 3,
	clip: true,
	data: points.filter(({from, to}) => `${from}` !== `${to}`).map(({from, to}) => [...from, ...to]),
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

export const isMeasured = (
	it: Summary,
): it is Summary & {readonly bytesPerSecond: Spread; readonly seconds: Spread} =>
	it.bytesPerSecond !== undefined && it.seconds !== undefined;
