import type {ExecutionContext} from 'ava';
import {type Certificate, parseCertificate} from '../../src/certificate.ts';
import type {RunEvent} from '../../src/events.ts';
import type {Tools} from '../../src/process.ts';

/** The last event of a type, of one step where it is named. */
export const findEvent = <Type extends RunEvent['type']>(
	events: readonly RunEvent[],
	type: Type,
	step?: string,
) =>
	events.findLast(
		event => event.type === type && (step === undefined || ('step' in event && event.step === step)),
	) as Extract<RunEvent, {type: Type}> | undefined;

export const certificateIn = (events: readonly RunEvent[]): Certificate | undefined => {
	const [issued] = findEvent(events, 'step.finished', 'issue-certificate')?.certificates ?? [];
	return issued && parseCertificate(issued.text, issued.path);
};

/** How the erase failed; a run that did is never certified. */
export const failureIn = (t: ExecutionContext, events: readonly RunEvent[]) => {
	t.is(certificateIn(events), undefined);
	return findEvent(events, 'step.failed', 'erase') ?? t.fail(JSON.stringify(events.at(-1)));
};

/** The same tools on a machine that lacks one of them. */
export const lacking = (tools: Tools, missing: string): Tools => ({
	...tools,
	run: async (name, args, options) => tools.run(name === missing ? `absent-${name}` : name, args, options),
});
