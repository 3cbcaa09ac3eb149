import path from 'node:path';
import {$} from 'zx';
import type {Disk} from '../machine/qemu-arguments.ts';
import {countNonZeroBlocks, hashOf} from '../outside/blocks.ts';
import {brokenChain, lastEvent, readEvents} from '../outside/journal.ts';
import {disorder} from '../outside/order.ts';
import {bootSystem, type Stock} from './boot.ts';
import {type CaseResult, type Check, equal, secondsSince} from './checks.ts';
import {copyLine, exitStatus, logIn, runCommand} from './operator.ts';
import type {System} from './systems.ts';
import {bringOut, eraseLine, type Located, logDir, oneText, readTexts, writeRandom} from './targets.ts';

const sizeMiB = 64;
const runMs = 2 * 60_000;

const answers = '/root/answers';

// Written by the kernel, for each command that it gives to a drive.
const tracing = '/sys/kernel/tracing';
const events = `${tracing}/events/nvme/nvme_setup_cmd`;
const traceLine = [
	`mkdir ${answers} && { mountpoint -q ${tracing} || mount -t tracefs trace ${tracing}; }`,
	`echo qid==0 > ${events}/filter && echo 1 > ${events}/enable`,
].join(' && ');

/** Has an NVMe drive of two namespaces format one of them, which QEMU's does, and looks at both from outside. */
export const formatNamespace = async (
	stock: Stock,
	system: System,
	directory: string,
): Promise<CaseResult> => {
	const other = path.join(directory, 'other.raw');
	const disk: Disk = {
		...{kind: 'nvme', serial: 'PURGE-NVME', file: path.join(directory, 'target.raw')},
		otherNamespaces: [other],
	};
	await writeRandom(disk.file, sizeMiB);
	await writeRandom(other, 1);
	const before = {target: await hashOf(disk.file), other: await hashOf(other)};

	await using guest = await bootSystem(stock, system, directory, {targets: [disk]});
	const {console} = guest;
	const answer = async (name: string, command: string): Promise<number> =>
		exitStatus(console, `${command} > ${answers}/${name} 2> ${answers}/${name}-stderr`, runMs);
	await logIn(console);
	await runCommand(console, copyLine);
	await runCommand(console, traceLine);
	const target: Located<Disk> = {...disk, device: '/dev/nvme0n1'};
	const line = (eraser: string): string => `${eraseLine(eraser, [target])} --method purge`;
	await answer('id-ctrl', `nvme id-ctrl ${target.device} --output-format=json`);
	await answer('devices', '/root/zeroize devices --json');
	const refused = await answer('refused', line('nvme-sanitize'));
	const afterRefusal = await hashOf(disk.file);
	const startedAtMs = performance.now();
	const status = await answer('run', line('auto'));
	const seconds = secondsSince(startedAtMs);
	await runCommand(console, `cp ${tracing}/trace ${answers}/trace`);
	await bringOut(console, `${answers} ${logDir}`);
	await guest[Symbol.asyncDispose]();

	const evidence = path.join(directory, 'evidence');
	const texts = await readTexts(guest, evidence);
	const nonZeroBlocks = await countNonZeroBlocks(disk.file);
	const way = wayOf(oneText(texts, /id-ctrl$/));
	const checks = [
		equal('nvme-sanitize: exit code', refused, 3),
		{name: 'nvme-sanitize: the reason', problem: missing(oneText(texts, /refused-stderr$/), noSanitize)},
		equal('nvme-sanitize: bytes of the drive', afterRefusal, before.target),
		equal('exit code', status, 0),
		equal('blocks that are not zero', nonZeroBlocks, 0),
		equal('the other namespace', await hashOf(other), before.other),
		equal(
			'commands of the kernel that erase',
			erasingCommands(oneText(texts, /trace$/)),
			`nsid=1 ses=${way.ses}`,
		),
		equal('erasers, say the devices', erasersOf(oneText(texts, /devices$/), target), 'nvme-format'),
		...journalChecks(oneText(texts, /journal\.jsonl$/)),
		...certificateChecks(oneText(texts, /certificate\.json$/), way),
		await verified(stock, evidence, texts),
	];
	return {checks, nonZeroBlocks, seconds, note: `SES ${way.ses}, ${way.technique}, exit ${status}`};
};

const noSanitize = /nvme-sanitize: the drive has no Sanitize command \(SANICAP\)/;

/** How the drive can erase when it formats, by bit 2 of FNA: NVMe Base Specification 2.0, figure 275. */
const wayOf = (idCtrl: string) => {
	const {fna} = JSON.parse(idCtrl) as {fna: number};
	return (fna & 4) === 4 ? {ses: 2, technique: 'cryptographic-erase'} : {ses: 1, technique: 'block-erase'};
};

const missing = (text: string, pattern: RegExp): string | undefined =>
	pattern.test(text.replaceAll(/\s+/g, ' ')) ? undefined : `not said: ${text}`;

/** In the kernel's words, one for each; whatever is no format is told by its name. */
const erasingCommands = (trace: string): string =>
	trace
		.split('\n')
		.filter(line => /nvme_admin_(?:format_nvm|sanitize_nvm|security_send)/.test(line))
		.map(line => [/nsid=\d+/, /ses=\d+|nvme_admin_[sa]\w+/].map(part => part.exec(line)?.[0]).join(' '))
		.join(', ');

const erasersOf = (devices: string, {device}: Located<Disk>): string => {
	const all = JSON.parse(devices) as ReadonlyArray<{path: string; erasers: readonly string[]}>;
	const found = all.find(facts => facts.path === device)?.erasers ?? [];
	return found.filter(name => name.startsWith('nvme-')).join(', ');
};

const order = ['run.committed', 'command.started', 'step.finished', 'run.finished'].map(type => ({
	name: type,
	pattern: new RegExp(`^\\{(?=.*"type":"${type.replace('.', '\\.')}")`, 'm'),
}));

const journalChecks = (journal: string): readonly Check[] => [
	{name: "the journal's chain", problem: brokenChain(journal)},
	{name: 'the command is announced', problem: disorder(journal, order)},
	equal('outcome', lastEvent(readEvents(journal), 'run.finished')?.['outcome'], 'sanitized'),
];

const certificateChecks = (text: string, way: ReturnType<typeof wayOf>): readonly Check[] => {
	const certificate = JSON.parse(text);
	const {tool, canary, verification, holds} = certificate;
	const command = `nvme format /dev/nvme0n1 --namespace-id=1 --lbaf=0 --ses=${way.ses} `;
	return [
		equal('certificate: method', certificate.method, 'purge'),
		equal('certificate: technique', certificate.technique, way.technique),
		equal('certificate: command', tool.command.join(' ').slice(0, command.length), command),
		equal('certificate: canary, in blocks', canary?.blocks > 0, true),
		equal(
			'certificate: verification',
			`${verification.coverage}, ${verification.verifiedBytes}`,
			`full, ${certificate.totalBytes}`,
		),
		equal('certificate: what it holds', holds?.kind, 'zeros'),
	];
};

/** By the program itself, outside of the guest. */
const verified = async (
	{executable}: Stock,
	evidence: string,
	texts: ReadonlyMap<string, string>,
): Promise<Check> => {
	const [certificate = '', journal = ''] = [/certificate\.json$/, /journal\.jsonl$/].map(ending =>
		path.join(evidence, [...texts.keys()].find(name => ending.test(name)) ?? ''),
	);
	const {exitCode, stderr} = await $({
		nothrow: true,
		quiet: true,
	})`${executable} certificate verify ${certificate} --journal ${journal}`;
	return {name: 'certificate verify', problem: exitCode === 0 ? undefined : `${exitCode}: ${stderr}`};
};
