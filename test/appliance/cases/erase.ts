import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {$} from 'zx';
import {poweredOff} from '../machine/guest.ts';
import {countNonZeroBlocks} from '../outside/blocks.ts';
import {type Evidence, readEvidence} from '../outside/evidence.ts';
import {disorder} from '../outside/order.ts';
import {scanConsole} from '../outside/qr-codes.ts';
import {type BootedGuest, type BootOptions, bootSystem, type Stock} from './boot.ts';
import {type CaseResult, type Check, equal, secondsSince} from './checks.ts';
import type {System} from './systems.ts';

const runMs = 8 * 60_000;

/** Starts the run in its way, and may disturb it. */
export type Start = (guest: BootedGuest, system: System) => Promise<void>;

/** Erases a fresh copy of a system from within, and looks at what is left from outside. */
export const eraseFromWithin = async (
	stock: Stock,
	system: System,
	directory: string,
	start: Start,
	options: BootOptions = {},
): Promise<CaseResult> => {
	await using guest = await bootSystem(stock, system, directory, options);
	const startedAtMs = performance.now();
	await start(guest, system);
	const ending = await guest.ended(runMs);
	const seconds = secondsSince(startedAtMs);
	if (ending === undefined) {
		throw new Error(`the guest runs on\n${guest.console.lastLines()}`);
	}

	const console = await guest.console.shown();
	const evidence = await readEvidence(guest.evidence, path.join(directory, 'evidence'));
	const nonZeroBlocks = await countNonZeroBlocks(guest.disk);
	const checks = [
		equal('powers itself off', ending, poweredOff),
		equal('blocks that are not zero', nonZeroBlocks, 0),
		{name: 'order of the steps, by the journal', problem: disorder(evidence.journal, journalOrder)},
		{name: 'order of the steps, by the console', problem: disorder(console, consoleOrder(system.device))},
		...(await certificateChecks(stock, evidence, console, directory)),
	];
	return {checks, nonZeroBlocks, seconds};
};

const eventOf = (type: string, step: string): RegExp =>
	new RegExp(`^\\{(?=.*"type":"${type.replace('.', '\\.')}")(?=.*"step":"${step}")`, 'm');

const journalOrder = [
	{name: '128T is stopped', pattern: eventOf('step.finished', 'stop-service')},
	{name: 'emergency mode is entered', pattern: eventOf('step.finished', 'enter-emergency')},
	{name: 'the disk is left', pattern: eventOf('step.finished', 'leave-disk')},
	{name: 'the first write follows', pattern: /^\{(?=.*"type":"run\.committed")/m},
	{name: 'the disk is erased', pattern: eventOf('step.finished', 'erase')},
	{name: 'the disk is verified', pattern: eventOf('step.finished', 'verify')},
];

// The first two in the guest's own words, which may come a moment after the run has asked systemd itself; the third in systemd's.
const consoleOrder = (device: string) => [
	{name: '128T is stopped', pattern: /guest: 128T has stopped/},
	{name: 'emergency mode is entered', pattern: /guest: emergency mode is entered/},
	{name: 'systemd gives the system up', pattern: /systemd-shutdown\[1\]: /},
	{name: 'the first write follows', pattern: new RegExp(`writing to ${device} begins now`)},
	{name: 'the outcome', pattern: /SANITIZED - erased and verified/},
];

const certificateChecks = async (
	{executable}: Stock,
	{certificate, journalFile}: Evidence,
	console: string,
	directory: string,
): Promise<readonly Check[]> => {
	const show = async (file: string): Promise<string> =>
		(await $({nothrow: true, quiet: true})`${executable} certificate show --json ${file}`).stdout;
	const scanned = path.join(directory, 'qr-codes.txt');
	await writeFile(scanned, (await scanConsole(console)).join('\n'));
	const sources = {
		'off the console': path.join(directory, 'console.log'),
		'off its QR code': scanned,
		'proved by the journal': journalFile,
	};
	const checks: Check[] = [];
	for (const [name, file] of Object.entries(sources)) {
		const isSame = certificate !== '' && (await show(file)) === certificate;
		checks.push({
			name: `certificate ${name}`,
			problem: isSame ? undefined : `${file} does not show the one that was delivered`,
		});
	}

	return checks;
};
