import type {
	DeliverySurroundings,
	DestinationWish,
	Parcel,
	PlannedDestination,
} from '../../src/destinations/destination.ts';
import {lookAtDestination} from '../../src/destinations/look.ts';
import type {DeviceFacts} from '../../src/devices/device.ts';
import {real} from './surroundings.ts';

export const runId = '20261121T081500Z-1f2e3d4c';

export const parcel: Parcel = {
	runId,
	hostname: 'router 1/b',
	files: [
		{name: 'journal.jsonl', mediaType: 'application/jsonl', text: '{"seq":1}\n{"seq":2,"text":"größer"}\n'},
		{name: 'run.log', mediaType: 'text/plain; charset=utf-8', text: '08:15:00 started\n08:15:01 ended\n'},
		{name: 'certificate.json', mediaType: 'application/json', text: '{\n\t"outcome": "sanitized"\n}\n'},
	],
};

export const folder = `router-1-b-${runId}`;

export const deliverySurroundings = (changes: Partial<DeliverySurroundings> = {}): DeliverySurroundings => ({
	tools: real.tools,
	signal: new AbortController().signal,
	now: () => new Date('2026-11-21T08:15:02.000Z'),
	timeoutMs: 20_000,
	...changes,
});

/** What a real look finds. */
export const look = async (
	to: string,
	{erased = [], ...wish}: Partial<DestinationWish> & {readonly erased?: readonly DeviceFacts[]} = {},
): Promise<PlannedDestination> => lookAtDestination({to, optional: false, ...wish}, {...real, erased});
