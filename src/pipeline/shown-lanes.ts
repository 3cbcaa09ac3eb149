import {continueWorks, startWorks, sumUp, type Works} from '../events/total.ts';
import type {RunEvents} from '../events.ts';
import type {Report} from '../report.ts';
import type {View} from '../views/view.ts';
import {hasEnded} from './remaining.ts';
import type {RunSurroundings} from './step-runner.ts';

type Show = (text: string) => void;

/** Shows what one device among several does, in one line, until disposed. */
export const showLane = (
	device: string,
	{describeLane}: Pick<View, 'describeLane'>,
	events: RunEvents,
	show: Show,
): Disposable => {
	let isStalled = false;
	return events.subscribe(event => {
		if (!('device' in event) || event.device !== device) {
			return;
		}

		// A stall stands there until it is over, whatever trickles in.
		isStalled = event.type === 'step.stalled' || (isStalled && event.type === 'step.progress');
		if (event.type === 'step.stalled' || (event.type === 'step.progress' && !isStalled)) {
			show(describeLane?.(device, event) ?? device);
		}
	});
};

/** Shows how far all devices are together, for as long as they are under way; then `title`. */
export const showTotal = (
	title: string,
	{describeTotal}: Pick<View, 'describeTotal'>,
	{plan, events, records}: Pick<RunSurroundings, 'plan' | 'events' | 'records'>,
	show: Show,
): void => {
	let works = worksLeft(startWorks(plan), records.report());
	const subscription = events.subscribe(event => {
		works = continueWorks(works, event);
		const total = sumUp(works);
		const isOver = total.ended === total.devices;
		show((!isOver && describeTotal?.(total)) || title);
		if (isOver) {
			subscription[Symbol.dispose]();
		}
	});
};

const worksLeft = (works: Works, report: Report): Works =>
	works.filter(({step, device}) => !hasEnded({step}, device, report));
