import {taskText} from './text/stall-text.ts';
import {defineView} from './view.ts';

/** Every event as it is, one JSON object a line, without a gap. */
export default defineView({
	name: 'json',
	summary: 'one JSON object per event and line, for programs',
	taskList: 'silent',
	describeProgress: event => taskText(event),
	attach: (events, output) =>
		events.subscribe(event => {
			output.write(`${JSON.stringify(event)}\n`);
		}),
});
