import {spawn, spawnSync} from 'node:child_process';
import {chmod, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import type {ExecutionContext} from 'ava';

const cli = path.join(import.meta.dirname, '../../src/cli.ts');

export type ShellName = 'bash' | 'zsh';

const commands: Record<ShellName, string> = {bash: 'bash --noprofile --norc -i', zsh: 'zsh -f -i'};

// Ctrl-T puts all completions in the line, Ctrl-G shows the line.
const keys: Record<ShellName, string> = {
	bash: `bind -x '"\\C-g": printf "\\n<%s>\\n" "$READLINE_LINE"'
bind '"\\C-t": insert-completions'
`,
	zsh: `autoload -Uz compinit; compinit -u -D
show() { print -r -- $'\\n'"<$BUFFER>" }; zle -N show; bindkey '^G' show
zle -C all complete-word _generic; bindkey '^T' all
zstyle ':completion:all::::' completer _all_matches _complete; zstyle ':completion:all:*' insert yes
`,
};

export const allCompletions = '\x14';

const showLine = '\x07';
const killLine = '\x15';

const timeoutMs = 60_000;

export interface Shell {
	/** The line as it stands after these keys were pressed. */
	lineAfter(keys: string): Promise<string>;
	/** All that the terminal has shown since the completion was loaded. */
	screen(): string;
}

export const hasShell = (name: ShellName): boolean => spawnSync(name, ['-c', ':']).status === 0;

/** A real shell on a pseudo-terminal (util-linux's script), in `directory`, with the completion of zeroize loaded. */
export const openShell = async (t: ExecutionContext, name: ShellName, directory: string): Promise<Shell> => {
	const bin = await binDirectory(t);
	const child = spawn('script', ['--quiet', '--flush', '--command', commands[name], '/dev/null'], {
		cwd: directory,
		env: {PATH: `${bin}:${process.env['PATH']}`, HOME: directory, TERM: 'dumb', SHELL: `/bin/sh`},
		stdio: ['pipe', 'pipe', 'inherit'],
	});
	const ended = new Promise(resolve => child.once('close', resolve));
	t.teardown(async () => {
		// The shell ends as its terminal goes.
		child.kill('SIGKILL');
		await ended;
	});
	let seen = '';
	let all = '';
	child.stdout.setEncoding('utf8').on('data', (text: string) => {
		seen += text;
		all += text;
	});
	const next = async (pattern: RegExp): Promise<string> => {
		for (const startedAtMs = performance.now(); performance.now() - startedAtMs < timeoutMs; ) {
			const match = pattern.exec(seen);
			if (match) {
				seen = seen.slice(match.index + match[0].length);
				return match[1] ?? '';
			}

			await new Promise(resolve => setTimeout(resolve, 10));
		}

		throw new Error(`${name} did not show ${pattern}: ${JSON.stringify(seen)}`);
	};
	// What is typed before the shell has set up its terminal can be lost.
	await next(/[$#%] /);
	child.stdin.write(`${keys[name]}source <(zeroize completion ${name}); echo load''ed\n`);
	await next(/loaded\r?\n/);
	all = seen;
	return {
		screen: () => all,
		lineAfter(keys) {
			child.stdin.write(`${killLine}${keys}${showLine}`);
			return next(/<(.*)>\r?\n/);
		},
	};
};

/** A directory for PATH in which `zeroize` is this checkout. */
const binDirectory = async (t: ExecutionContext): Promise<string> => {
	const directory = await mkdtemp(path.join(tmpdir(), 'zeroize-bin-'));
	t.teardown(async () => rm(directory, {recursive: true, force: true}));
	const file = path.join(directory, 'zeroize');
	await writeFile(file, `#!/bin/sh\nexec '${process.execPath}' '${cli}' "$@"\n`);
	await chmod(file, 0o755);
	return directory;
};
