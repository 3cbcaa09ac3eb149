import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {setTimeout as delay} from 'node:timers/promises';
import {systemSerial} from './boot.ts';
import type {Start} from './erase.ts';
import {copyLine, logIn, runLine, startRun} from './operator.ts';

const beginMs = 2 * 60_000;

/** As the README has it: at the serial console, and left alone. */
export const atConsole: Start = async ({console}, {device}) => {
	await logIn(console);
	await startRun(console, device, systemSerial);
};

/** The terminal is closed as soon as the first step began. */
export const closingTerminal: Start = async ({console}, {device}) => {
	await logIn(console);
	await startRun(console, device, systemSerial);
	await console.waitFor(/\[1\/\d+\]/, {timeoutMs: beginMs});
	console.close();
};

/** Ctrl-C is typed again and again from the commit point on. */
export const pressingControlC: Start = async ({console}, {device}) => {
	await logIn(console);
	await startRun(console, device, systemSerial);
	await console.waitFor(/begins now/, {timeoutMs: beginMs});
	for (let press = 1; press <= 5; press += 1) {
		await console.press('\x03');
		await delay(500);
	}
};

/** Started over ssh, and the session killed as soon as the run no longer needs it. */
export const losingSsh =
	(keyFile: string, port: number): Start =>
	async (_guest, {device}) => {
		const options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'LogLevel=ERROR'];
		const child = spawn(
			'ssh',
			[
				...['-tt', '-i', keyFile, '-p', String(port), ...options.flatMap(option => ['-o', option])],
				'root@127.0.0.1',
				`${copyLine} && ${runLine(device)} --confirm ${systemSerial}`,
			],
			{stdio: ['pipe', 'pipe', 'inherit']},
		);
		let shown = '';
		child.stdout.setEncoding('utf8').on('data', (text: string) => {
			shown += text;
		});
		const exit = once(child, 'exit');
		for (const startedAtMs = performance.now(); !/the run goes on without it/.test(shown); await delay(100)) {
			if (child.exitCode !== null || performance.now() - startedAtMs > beginMs) {
				child.kill('SIGKILL');
				throw new Error(`over ssh the run did not begin:\n${shown}`);
			}
		}

		child.kill('SIGKILL');
		await exit;
		if (!/every login is cut off; the run is shown on ttyS0/.test(shown.replace(/\s+/g, ' '))) {
			throw new Error(`over ssh nothing says where the run can be followed:\n${shown}`);
		}
	};
