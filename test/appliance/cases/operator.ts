import type {Console} from '../machine/console.ts';
import {rootPassword} from './boot.ts';

const answerMs = 120_000;

// A kernel message can cut what a command says to pieces; then it is asked again.
const patienceMs = 30_000;

/** The shell's prompt; kernel messages may stand before it on its line. */
const prompt = /root@router:[^\n]*# /;

/** Logs in as root at a login prompt that is shown already. */
export const logIn = async (console: Console): Promise<void> => {
	await console.type('root');
	await console.waitFor(/Password: /, {timeoutMs: answerMs});
	await console.type(rootPassword);
	await console.waitFor(prompt, {timeoutMs: answerMs});
};

/** Types a command and waits for its end; throws when it failed. */
export const runCommand = async (console: Console, command: string): Promise<void> => {
	const status = await exitStatus(console, command);
	if (status !== 0) {
		throw new Error(`${command}: status ${status}\n${console.lastLines()}`);
	}
};

/** Types a command and waits for its end, so long three times. */
export const exitStatus = async (
	console: Console,
	command: string,
	timeoutMs = patienceMs,
): Promise<number> => {
	await console.type(`${command}; r=$?; echo "sta""tus $r."`);
	for (let attempt = 1; attempt <= 3; attempt += 1) {
		const match = await console.sees(/status (\d+)\./, {timeoutMs});
		if (match) {
			return Number(match[1]);
		}

		await console.type('echo "sta""tus $r."');
	}

	throw new Error(`${command}: no end\n${console.lastLines()}`);
};

/** The lines that bring the one file from the TOOLS disk, as the README has them. */
export const copyLine = 'mount -r LABEL=TOOLS /mnt && cp /mnt/zeroize /root/ && umount /mnt';

export const runLine = (device: string): string =>
	`/root/zeroize run ssr-zeroize --device ${device} --destination disk:LABEL=EVIDENCE`;

/** Starts the run as the README has it, and confirms it. */
export const startRun = async (console: Console, device: string, serial: string): Promise<void> => {
	await runCommand(console, copyLine);
	await console.type(runLine(device));
	await console.waitFor(/Type its serial number to erase it: /, {timeoutMs: answerMs});
	await console.type(serial);
};

/** The documented steps, typed as they stand; returns how dd ended or died, when power-off is asked for. */
export const zeroizeByHand = async (console: Console, device: string): Promise<string> => {
	await runCommand(console, 'systemctl stop 128T');
	await console.type('systemctl emergency');
	await console.waitFor(/Give root password for maintenance/, {timeoutMs: answerMs});
	await console.type(rootPassword);
	await console.waitFor(prompt, {timeoutMs: answerMs});
	await console.type(`dd if=/dev/zero of=${device} bs=1M conv=fsync status=progress`);
	const end = await endOfDd(console);
	await console.type('echo o > /proc/sysrq-trigger');
	return end;
};

const endsOfDd = /No space left on device|Bus error|Segmentation fault|Illegal instruction|Killed/;

/** Its report, or its death: its own pages lie on the disk that it overwrites. Or neither, when those of everything else do. */
const endOfDd = async (console: Console): Promise<string> => {
	try {
		const [end] = await console.waitFor(endsOfDd, {timeoutMs: 5 * 60_000});
		return end;
	} catch {
		return 'no word in 5 minutes';
	}
};
