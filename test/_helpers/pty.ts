import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdir, rm, symlink} from 'node:fs/promises';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import type {ExecutionContext} from 'ava';

// A terminal and its other side: what is written to the terminal comes out here, what comes in here is typed there.
const program = `
import os, pty, select, signal, sys
master, slave = pty.openpty()
os.write(1, os.ttyname(slave).encode() + b"\\n")
ears = [0] if sys.argv[1:] == ["deaf"] else [0, master]
while True:
    for fd in select.select(ears, [], [])[0]:
        data = os.read(fd, 65536)
        if not data:
            sys.exit()
        os.write(master if fd == 0 else 1, data)
`;

export interface Pty {
	/** Its device, such as /dev/pts/3. */
	readonly path: string;
	/** What it has shown so far, with line feeds alone. */
	text(): string;
	type(keys: string): void;
	/** Waits until what it has shown since the last match has this. */
	shows(pattern: RegExp): Promise<string>;
	/** The other side goes: whoever writes gets EIO. */
	hangUp(): Promise<void>;
}

const timeoutMs = 60_000;

/** A real pseudo-terminal. `isDeaf`: the other side never reads. */
export const openPty = async (
	t: Pick<ExecutionContext, 'teardown'>,
	{isDeaf = false}: {readonly isDeaf?: boolean} = {},
): Promise<Pty> => {
	const child = spawn('python3', ['-c', program, ...(isDeaf ? ['deaf'] : [])], {
		stdio: ['pipe', 'pipe', 'inherit'],
	});
	const closed = once(child, 'close');
	let text = '';
	let seen = 0;
	child.stdin.on('error', () => {});
	child.stdout.setEncoding('utf8').on('data', (more: string) => {
		text += more.replaceAll('\r\n', '\n');
	});
	const hangUp = async () => {
		child.kill('SIGKILL');
		await closed;
	};
	t.teardown(hangUp);
	const shows = async (pattern: RegExp) => {
		for (const endsAtMs = performance.now() + timeoutMs; performance.now() < endsAtMs; await sleep(10)) {
			const match = pattern.exec(text.slice(seen));
			if (match) {
				seen += match.index + match[0].length;
				return match[0];
			}
		}

		throw new Error(`the terminal did not show ${pattern}: ${JSON.stringify(text.slice(seen))}`);
	};
	const device = (await shows(/^.+\n/)).trim();
	const start = seen;
	return {
		path: device,
		text: () => text.slice(start),
		type: keys => void child.stdin.write(keys),
		shows,
		hangUp,
	};
};

/** Makes a terminal `/dev/NAME` below `root`, or another one in its place. */
export const connect = async (root: string, name: string, {path: device}: Pty): Promise<void> => {
	await mkdir(path.join(root, 'dev'), {recursive: true});
	await rm(path.join(root, 'dev', name), {force: true});
	await symlink(device, path.join(root, 'dev', name));
};
