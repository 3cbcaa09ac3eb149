import {mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import type {EventBody} from '../../src/events.ts';
import {RunEvents} from '../../src/events.ts';
import type {Departure} from '../../src/hosts/host.ts';
import {Journal} from '../../src/journal.ts';
import type {Plan} from '../../src/plan.ts';

export const departure: Departure = {
	executable: '/opt/zeroize',
	programs: ['dd', 'sh'],
	stageBytes: 1,
	neededBytes: 2,
	availableBytes: 3,
	consoles: ['ttyS0'],
	network: null,
};

/** The directory of a run of which a process before us has told this much. */
export const keptRun = async (
	place: string,
	plan: Plan,
	...bodies: readonly EventBody[]
): Promise<string> => {
	const directory = path.join(place, plan.runId);
	await mkdir(directory, {recursive: true, mode: 0o700});
	const journal = new Journal();
	let text = '';
	const events = new RunEvents({runId: plan.runId, now: () => new Date()});
	events.subscribe(event => {
		text += `${journal.add(event)}\n`;
	});
	for (const body of [{type: 'run.planned', plan} as const, ...bodies]) {
		events.emit(body);
	}

	await writeFile(path.join(directory, 'journal.jsonl'), text);
	await writeFile(path.join(directory, 'run.log'), 'the log so far\n');
	return directory;
};
