import {layOutAll, wrap} from './text/lines.ts';
import {createNarrator} from './text/narrator.ts';
import {taskText} from './text/stall-text.ts';
import {defineView} from './view.ts';

const screenColumns = 80;
const timeColumns = '12:03:04 '.length;

/** Lines for a serial console or a pipe: appended, timed, plain ASCII, but for a certificate's QR code. */
export default defineView({
	name: 'plain',
	summary: 'timed lines for a serial console, a log or a pipe',
	taskList: 'silent',
	describeProgress: event => taskText(event),
	attach(events, output) {
		const columns = Math.min(output.columns, screenColumns) - timeColumns;
		const narrate = createNarrator(columns);
		return events.subscribe(event => {
			const time = event.at.slice(11, 19);
			const lines = layOutAll(narrate(event), output.columns, line =>
				wrap(line, columns).map(part => `${time} ${part}`),
			);
			if (lines.length > 0) {
				output.write(`${lines.join('\n')}\n`);
			}
		});
	},
});
