import type {RunEvent, RunEvents} from '../../events.ts';

export interface EndText {
	readonly message: string;
	readonly hint: string;
}

export interface Explanation extends Disposable {
	/** Why the run did not end well, for standard error; `null` when it did. */
	text(): EndText | null;
	isCommitted(): boolean;
}

/** Listens to a run, and says at its end what the operator must know. */
export const explainEnd = (events: RunEvents): Explanation => {
	const failures: Array<Extract<RunEvent, {type: 'step.failed'}>> = [];
	let finished: Extract<RunEvent, {type: 'run.finished'}> | undefined;
	let isCommitted = false;
	const subscription = events.subscribe(event => {
		if (event.type === 'step.failed') {
			failures.push(event);
		} else if (event.type === 'run.finished') {
			finished = event;
		} else if (event.type === 'run.committed') {
			isCommitted = true;
		}
	});
	return {
		isCommitted: () => isCommitted,
		text() {
			if (!finished || finished.exitCode === 0) {
				return null;
			}

			const [first] = failures;
			const message = first ? `${first.step}: ${first.message}` : 'verification was not asked for';
			return {message: `${message}; ${whatWasWritten(finished)}`, hint: first?.hint ?? nextStep(finished)};
		},
		[Symbol.dispose]: () => subscription[Symbol.dispose](),
	};
};

const whatWasWritten = ({devices}: Extract<RunEvent, {type: 'run.finished'}>): string => {
	const written = devices.filter(({writtenBytes}) => writtenBytes > 0);
	return written.length === 0
		? 'nothing was written to any device'
		: written
				.map(
					({path, writtenBytes, totalBytes}) =>
						`${writtenBytes} of ${totalBytes} bytes of ${path} were written`,
				)
				.join('; ');
};

const nextStep = ({outcome}: Extract<RunEvent, {type: 'run.finished'}>): string => {
	switch (outcome) {
		case 'interrupted':
			return 'run the recipe again from its start; until then do not release a device that was written to';
		case 'unverified':
			return 'verify it before you release it: zeroize verify --device …';
		case 'aftercare-failed':
			return 'the devices are sanitized; keep the journal and log by hand';
		default:
			return 'do not release the device; erase it again';
	}
};
