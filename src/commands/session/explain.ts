import type {DeviceResult} from '../../events/results.ts';
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
	const committed: string[] = [];
	const subscription = events.subscribe(event => {
		if (event.type === 'step.failed') {
			failures.push(event);
		} else if (event.type === 'run.finished') {
			finished = event;
		} else if (event.type === 'run.committed') {
			committed.push(event.device.path);
		}
	});
	return {
		isCommitted: () => committed.length > 0,
		text() {
			if (!finished || finished.exitCode === 0) {
				return null;
			}

			const [first] = failures;
			const message = first ? `${first.step}: ${first.message}` : 'verification was not asked for';
			return {
				message: `${message}; ${whatWasWritten(finished, committed)}`,
				hint: first?.hint ?? nextStep(finished),
			};
		},
		[Symbol.dispose]: () => subscription[Symbol.dispose](),
	};
};

const whatWasWritten = (
	{devices}: Extract<RunEvent, {type: 'run.finished'}>,
	committed: readonly string[],
): string => {
	const written = devices.filter(({path}) => committed.includes(path));
	return written.length === 0
		? 'nothing was written to any device'
		: written.map(device => `${device.path}: ${describeBytes(device)}`).join('; ');
};

// Who wrote may have ended before it could say how much, or since it last did.
const describeBytes = ({writtenBytes, totalBytes}: DeviceResult): string => {
	if (writtenBytes === 0) {
		return 'writing had begun';
	}

	return writtenBytes === totalBytes
		? `all ${totalBytes} bytes were written`
		: `at least ${writtenBytes} of ${totalBytes} bytes were written`;
};

const nextStep = ({outcome, devices}: Extract<RunEvent, {type: 'run.finished'}>): string => {
	switch (outcome) {
		case 'interrupted':
			return 'go on with: zeroize resume JOURNAL; until then do not release a device that was written to';
		case 'unverified':
			// It looks for zeros; what else there must be is known to the run alone.
			return devices.some(device => device.expected && device.outcome === 'unverified')
				? 'verify it before you release it: zeroize resume JOURNAL'
				: 'verify it before you release it: zeroize verify --device …';
		case 'aftercare-failed':
			return 'the devices are sanitized; keep the journal and log by hand';
		default:
			return 'do not release the device; erase it again';
	}
};
