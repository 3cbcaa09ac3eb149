import type {RunEvent} from '../../events.ts';
import {toAscii} from './lines.ts';
import {createNarrator} from './narrator.ts';

const columns = 200;

/** The lines of `run.log` for each event of a run: what the plain view shows, with the whole time and without a width to keep; without QR codes, whose text stands above them. */
export const createLogLines = (): ((event: RunEvent) => readonly string[]) => {
	const narrate = createNarrator(columns);
	return event =>
		narrate(event)
			.filter(told => typeof told === 'string')
			.map(line => `${event.at} ${toAscii(line)}`);
};
