import {mkdir, rmdir} from 'node:fs/promises';
import path from 'node:path';
import type {Bench} from '../bench/bench.ts';
import {fakeDd} from '../bench/fake-dd.ts';
import {file} from '../bench/subjects.ts';
import {type Expected, type FaultCase, sanitized} from '../case.ts';

/** Redirections of a run, and limits on it. */
const started = (
	name: string,
	how: string,
	around: (command: string) => string,
	expected: Expected = sanitized,
): FaultCase => ({
	name,
	how,
	eraser: 'direct',
	subject: file(100_000),
	run: async (bench, subject) => bench.erase([subject], {around}),
	expected,
});

const redirections: readonly FaultCase[] = [
	started(
		'who reads the output leaves after a line',
		'| head -n 1',
		command => `${command} | head -n 1; exit "\${PIPESTATUS[0]}"`,
	),
	started('standard output is closed', '>&-', command => `exec ${command} >&-`),
	started('standard output is full', '> /dev/full', command => `exec ${command} > /dev/full`),
	started('standard error is full', '2> /dev/full', command => `exec ${command} 2> /dev/full`),
	started('standard input is closed', '<&-', command => `exec ${command} <&-`),
	started('nothing is open at all', '<&- >&- 2>&-', command => `exec ${command} <&- >&- 2>&-`),
	started(
		'the terminal takes nothing',
		'a pseudo-terminal that nobody reads, full',
		command => `exec python3 -c '
import os, pty, sys, fcntl
m, s = pty.openpty()
fcntl.fcntl(s, fcntl.F_SETFL, os.O_NONBLOCK)
try:
    while os.write(s, b"x" * 1024): pass
except BlockingIOError: pass
fcntl.fcntl(s, fcntl.F_SETFL, 0)
os.dup2(s, 1)
pid = os.fork()
if pid == 0: os.execvp(sys.argv[1], sys.argv[1:])
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))' ${command.replace('json', 'plain')}`,
	),
	started(
		'the terminal hangs up',
		'a pseudo-terminal whose other end is closed',
		command => `exec python3 -c '
import os, pty, sys
m, s = pty.openpty()
os.dup2(s, 1); os.close(s)
pid = os.fork()
if pid == 0: os.close(m); os.execvp(sys.argv[1], sys.argv[1:])
os.read(m, 10); os.close(m); os.close(1)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))' ${command.replace('json', 'plain')}`,
	),
];

const group = ({place}: Bench): string =>
	`/sys/fs/cgroup/pids/zeroize-test-${process.pid}-${path.basename(place.directory)}`;

const resources: readonly FaultCase[] = [
	started('few files may be open', 'ulimit -n 64', command => `ulimit -n 64; exec ${command}`),
	{
		name: 'no process can be started once dd runs',
		how: 'a pids cgroup, closed by the dd',
		eraser: 'dd',
		subject: file(100_000),
		async before(bench, subject) {
			await mkdir(group(bench));
			bench.teardown(async () => rmdir(group(bench)));
			await fakeDd({onWrite: `echo 1 > ${group(bench)}/pids.max`})(bench, subject);
		},
		run: async (bench, subject) =>
			bench.erase([subject], {
				around: command => `echo $$ > ${group(bench)}/cgroup.procs; exec ${command}`,
			}),
		expected: sanitized,
	},
];

export const consoles: readonly FaultCase[] = [...redirections, ...resources];
