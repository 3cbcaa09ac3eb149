import type {LeftContent} from './content.ts';
import type {DeviceFacts} from './devices/device.ts';
import type {AnnouncedCommand, AnnouncedPass, Pass} from './erasers/eraser.ts';
import {type ErrorCode, SanitizeError} from './errors.ts';
import type {DeviceResult, Outcome, StepFacts} from './events/results.ts';
import type {StallEventBody} from './events/stalls.ts';
import type {Halt} from './hosts/host.ts';
import type {Plan} from './plan.ts';
import type {RangeList} from './ranges.ts';
import type {Verification} from './verification/verification.ts';

/** The events of the contract, without what every event carries. `device` is the device's path, where a step belongs to one. */
export type EventBody =
	| {readonly type: 'run.planned'; readonly plan: Plan}
	| {
			/** Every required destination has taken an announcement of the run. */
			readonly type: 'run.announced';
			readonly deliveries: ReadonlyArray<{readonly to: string; readonly where: string}>;
	  }
	/** What the operator typed to allow it, in the order of the devices: whoever continues the run needs it. */
	| {readonly type: 'run.confirmed'; readonly confirmations: readonly string[]}
	| {readonly type: 'run.committed'; readonly device: DeviceFacts}
	/** Another process goes on with a run that was interrupted; its devices as they are now. Everything is verified in full. */
	| {readonly type: 'run.resumed'; readonly devices: readonly DeviceFacts[]}
	/** The operator lets a run that ended try again what had failed. */
	| {readonly type: 'run.retried'; readonly attempt: number}
	| {readonly type: 'run.warned'; readonly code: ErrorCode; readonly message: string; readonly hint?: string}
	| {
			readonly type: 'step.started';
			readonly step: string;
			readonly title: string;
			readonly device?: string;
			/** Byte that an interrupted erase goes on from; absent for one that begins at the start. */
			readonly from?: number;
	  }
	| {
			readonly type: 'step.progress';
			readonly step: string;
			readonly device: string;
			readonly bytes: number;
			readonly totalBytes: number;
			readonly bytesPerSecond: number;
			/** `null` while there is no rate to tell it from. */
			readonly etaSeconds: number | null;
			/** All bytes of the device before this one are on the media: an erase that is interrupted can go on there. */
			readonly durableBytes?: number;
			/** Bytes of the device that are written; told where `bytes` and `totalBytes` count all passes over it. */
			readonly writtenBytes?: number;
	  }
	/** The first byte of this pass is not written yet. */
	| ({readonly type: 'pass.started'; readonly step: string; readonly device: string} & AnnouncedPass)
	/** The drive is about to get a command of its own: from here on it may go on by itself. `canary` is on it. */
	| ({readonly type: 'command.started'; readonly step: string; readonly device: string} & AnnouncedCommand)
	| StallEventBody
	| {
			readonly type: 'step.skipped';
			readonly step: string;
			readonly reason: string;
			readonly device?: string;
			/** INTERRUPTED or TERMINATED for a device whose turn had not come when the run was interrupted. */
			readonly code?: ErrorCode;
	  }
	| ({
			readonly type: 'step.finished';
			readonly step: string;
			readonly durationMs: number;
			readonly device?: string;
	  } & StepFacts)
	| {
			readonly type: 'step.failed';
			readonly step: string;
			readonly device?: string;
			readonly code: ErrorCode;
			readonly message: string;
			readonly hint?: string;
			/** Facts known although the step failed: a verification that found something. */
			readonly verification?: Verification;
			readonly writtenBytes?: number;
			/** With `writtenBytes` it makes up the device: the erase came to its end. */
			readonly unwritable?: RangeList;
			readonly passes?: readonly Pass[];
			readonly leaves?: LeftContent;
	  }
	| {
			readonly type: 'run.finished';
			readonly outcome: Outcome;
			readonly exitCode: number;
			readonly devices: readonly DeviceResult[];
			/** Why, for a run that did not get as far as its first step. */
			readonly refusals?: Plan['refusals'];
	  }
	| {
			readonly type: 'run.halting';
			readonly how: Halt['how'];
			/** True when the host only recorded it. */
			readonly rehearsed: boolean;
	  };

/** `at` is RFC 3339 UTC with milliseconds. `seq` counts from 1 without a gap. */
export type RunEvent = EventBody & {readonly seq: number; readonly at: string; readonly runId: string};

export type Listener = (event: RunEvent) => void;

export interface RunEventsOptions {
	readonly runId: string;
	readonly now: () => Date;
	/** Told when a listener threw and was detached. */
	readonly onListenerError?: (error: unknown) => void;
}

// A reconnecting reader may ask for what it missed; 4,096 events are an hour of progress lines.
const ringSize = 4096;

interface Reader {
	readonly listener: Listener;
	/** `seq` of the next event that it has not seen. */
	next: number;
}

/**
The one stream of a run. Everybody who wants to know subscribes; nobody can hold it up.

```
 emit ──> [seq n-4095 … seq n] ──> readers, each at its own position
                └── subscribe from an earlier seq: what a late or reconnecting reader missed comes first
```

INVARIANTS
- `emit` never blocks, never awaits and never throws: a listener that throws is detached.
- A reader sees every event from its start once and in order, also those that are emitted while it is being told, or while it is being made.
*/
export class RunEvents {
	readonly runId: string;
	readonly #now: () => Date;
	readonly #onListenerError: (error: unknown) => void;
	readonly #readers = new Set<Reader>();
	readonly #ring: RunEvent[] = [];
	#seq = 0;
	#isDelivering = false;

	constructor({runId, now, onListenerError}: RunEventsOptions) {
		this.runId = runId;
		this.#now = now;
		this.#onListenerError = onListenerError ?? (() => {});
	}

	emit(body: EventBody): RunEvent {
		this.#seq += 1;
		const event: RunEvent = {seq: this.#seq, at: this.#now().toISOString(), runId: this.runId, ...body};
		this.#push(event);
		return event;
	}

	/** Takes the next event of the same run that another process emitted. @throws SanitizeError JOURNAL_INVALID. */
	replay(event: RunEvent): void {
		if (event.seq !== this.#seq + 1 || event.runId !== this.runId) {
			throw new SanitizeError(
				'JOURNAL_INVALID',
				`event ${event.seq} of run ${event.runId} does not follow event ${this.#seq} of run ${this.runId}`,
				{hint: 'use the journal as zeroize left it'},
			);
		}

		this.#seq = event.seq;
		this.#push(event);
	}

	/** From the next event on; or from event `from` on, as far as it is still held. */
	subscribe(listener: Listener, {from = this.#seq + 1}: {readonly from?: number} = {}): Disposable {
		const reader = {listener, next: Math.max(from, this.#oldest())};
		this.#readers.add(reader);
		this.#deliver();
		return {[Symbol.dispose]: () => void this.#readers.delete(reader)};
	}

	#push(event: RunEvent): void {
		this.#ring.push(event);
		if (this.#ring.length > ringSize) {
			this.#ring.shift();
		}

		this.#deliver();
	}

	#oldest(): number {
		return this.#seq - this.#ring.length + 1;
	}

	#deliver(): void {
		if (this.#isDelivering) {
			return;
		}

		this.#isDelivering = true;
		for (let next = this.#nextToTell(); next <= this.#seq; next = this.#nextToTell()) {
			const event = this.#ring[next - this.#oldest()];
			for (const reader of this.#readers) {
				if (event && reader.next === next) {
					reader.next += 1;
					this.#tell(reader, event);
				}
			}
		}

		this.#isDelivering = false;
	}

	#nextToTell(): number {
		return Math.min(...[...this.#readers].map(({next}) => next));
	}

	#tell(reader: Reader, event: RunEvent): void {
		try {
			reader.listener(event);
		} catch (error) {
			this.#readers.delete(reader);
			this.#onListenerError(error);
		}
	}
}
