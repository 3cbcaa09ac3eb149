import {openPty} from '../../_helpers/pty.ts';
import type {Bench} from '../bench/bench.ts';
import {fakeDd} from '../bench/fake-dd.ts';
import {midVerify, midWrite, signalUs} from '../bench/moments.ts';
import {file, loopDevice} from '../bench/subjects.ts';
import {type Expected, type FaultCase, MiB, type Subject, withBoth} from '../case.ts';

const totalBytes = 16 * MiB;
const slowWrites = loopDevice({totalBytes, writeBytes: 8 * MiB});
const slowReads = loopDevice({totalBytes, readBytes: 5 * MiB});

const codes = {SIGINT: 'INTERRUPTED', SIGTERM: 'TERMINATED'} as const;
const exitCodes = {SIGINT: 130, SIGTERM: 143} as const;

type Signal = keyof typeof codes;

const interrupted = (signal: Signal, more: Partial<Expected> = {}): Expected => ({
	outcome: 'interrupted',
	exitCode: exitCodes[signal],
	code: codes[signal],
	left: 'some',
	says: /(?:at least \d+ of 16777216 bytes were written|writing had begun)\nhint: do not release/,
	...more,
});

const nothing = /nothing was written to any device/;

/** At the prompt, on a terminal of its own. */
const atPrompt = (
	name: string,
	does: (pty: Awaited<ReturnType<typeof openPty>>) => string,
	expected: Expected,
): FaultCase => ({
	name: `at the prompt: ${name}`,
	how: 'on a pseudo-terminal',
	eraser: null,
	subject: file(),
	async run(bench: Bench, {target}: Subject) {
		const pty = await openPty(bench);
		const args = `run erase --device ${target} ${bench.place.args.join(' ')} --progress plain`;
		const script = `exec "$NODE" "$CLI" ${args} < ${pty.path} > ${pty.path} 2> ${pty.path}`;
		const running = bench.zeroize([], {around: () => script});
		await pty.shows(/to erase it: /);
		const signal = does(pty);
		if (signal.startsWith('SIG')) {
			bench.child?.kill(signal as NodeJS.Signals);
		} else if (signal === 'hang up') {
			await pty.hangUp();
		}

		return {...(await running), stderr: pty.text()};
	},
	expected,
});

const notBegun = {outcome: 'none', left: 'untouched', isSilent: true} as const;

export const signals: readonly FaultCase[] = [
	atPrompt('SIGINT', () => 'SIGINT', {
		...notBegun,
		exitCode: 130,
		code: 'INTERRUPTED',
		says: /interrupted by SIGINT/,
	}),
	atPrompt('SIGTERM', () => 'SIGTERM', {
		...notBegun,
		exitCode: 143,
		code: 'TERMINATED',
		says: /interrupted by SIGTERM/,
	}),
	atPrompt('the line hangs up', () => 'hang up', {
		...notBegun,
		exitCode: 3,
		code: 'NOT_CONFIRMED',
		// Nobody is there to be told why.
		says: /to erase it: /,
	}),
	...(['SIGINT', 'SIGTERM'] as const).map(
		(signal): FaultCase => ({
			name: `before the commit: ${signal}`,
			how: 'sent by the dd that the plan tries out',
			eraser: 'dd',
			subject: loopDevice(),
			before: fakeDd({onVersion: `kill -${signal} $PPID`}),
			expected: interrupted(signal, {left: 'untouched', says: nothing}),
		}),
	),
	...(['SIGINT', 'SIGTERM'] as const).flatMap(signal =>
		withBoth(() => ({
			name: `mid-write: ${signal}`,
			how: 'kill, while the loop device is throttled',
			subject: slowWrites,
			during: midWrite(signalUs(signal)),
			expected: interrupted(signal),
		})),
	),
	...withBoth(() => ({
		name: 'mid-write: SIGHUP, which ends no erase',
		how: 'kill, while the loop device is throttled',
		subject: slowWrites,
		during: midWrite(signalUs('SIGHUP')),
		expected: {outcome: 'sanitized', exitCode: 0, code: null, left: []},
	})),
	...(['SIGINT', 'SIGTERM'] as const).map(
		(signal): FaultCase => ({
			name: `mid-verification: ${signal}`,
			how: 'kill, while reads are throttled',
			eraser: 'direct',
			subject: slowReads,
			during: midVerify(signalUs(signal)),
			expected: interrupted(signal, {
				left: [],
				says: /all 16777216 bytes were written\nhint: verify it again/,
			}),
		}),
	),
];
