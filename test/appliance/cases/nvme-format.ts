import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {$} from 'zx';
import nvmeSanitize from '../../../src/erasers/nvme-sanitize.ts';
import {captured} from '../../_helpers/fake-tools.ts';
import {deviceFacts} from '../../_helpers/verify-device.ts';
import type {Console} from '../machine/console.ts';
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
const keyFile = '/root/key.pem';
const device = '/dev/nvme0n1';

// Written by the kernel, for each command that it gives to a drive.
const tracing = '/sys/kernel/tracing';
const setupOfCommands = `${tracing}/events/nvme/nvme_setup_cmd`;
const traceLine = [
	`mkdir ${answers} && { mountpoint -q ${tracing} || mount -t tracefs trace ${tracing}; }`,
	`echo qid==0 > ${setupOfCommands}/filter && echo 1 > ${setupOfCommands}/enable`,
].join(' && ');

/** Has an NVMe drive of two namespaces format one of them, which QEMU's does, and looks at both from outside. */
export const formatNamespace = async (
	stock: Stock,
	system: System,
	directory: string,
): Promise<CaseResult> => {
	const other = path.join(directory, 'other.raw');
	const target: Located<Disk> = {
		...{kind: 'nvme', serial: 'PURGE-NVME', file: path.join(directory, 'target.raw')},
		...{otherNamespaces: [other], device},
	};
	await writeRandom(target.file, sizeMiB);
	await writeRandom(other, 1);
	const key = await makeKey(stock, directory);
	const before = {target: await hashOf(target.file), other: await hashOf(other)};
	await using guest = await bootSystem(stock, system, directory, {targets: [target]});
	const found = await purge(guest.console, target, key);
	await guest[Symbol.asyncDispose]();

	const nonZeroBlocks = await countNonZeroBlocks(target.file);
	const evidence = path.join(directory, 'evidence');
	const texts = await readTexts(guest, evidence);
	const way = wayOf(oneText(texts, /id-ctrl$/));
	const checks = [
		equal('the drive when it was refused', found.hashBefore, before.target),
		equal('blocks that are not zero', nonZeroBlocks, 0),
		equal('the other namespace', await hashOf(other), before.other),
		...(await sanitizeChecks(found, texts)),
		...formatChecks(found, texts, way),
		...journalChecks(oneText(texts, /journal\.jsonl$/)),
		...certificateChecks(oneText(texts, /certificate\.json$/), way),
		await verified(stock, {evidence, texts, key}),
	];
	const note = `SES ${way.ses}, ${way.technique}, exit ${found.status}`;
	return {checks, nonZeroBlocks, seconds: found.seconds, note};
};

/** All that is done in the guest. */
const purge = async (console: Console, target: Located<Disk>, key: string) => {
	const answer = async (name: string, command: string): Promise<number> =>
		exitStatus(console, `${command} > ${answers}/${name} 2> ${answers}/${name}-stderr`, runMs);
	const line = (eraser: string): string => `${eraseLine(eraser, [target])} --method purge --key ${keyFile}`;
	await logIn(console);
	await runCommand(console, copyLine);
	await runCommand(console, traceLine);
	await runCommand(console, `(umask 77; echo ${await pemWords(key)} | tr _ '\\n' > ${keyFile})`);
	await answer('id-ctrl', `nvme id-ctrl ${target.device} --output-format=json`);
	// On a busy machine nvme-cli may not answer in the 10 s that it is given: then the drive is told as unknown.
	const known = `grep -q nvme-format ${answers}/devices`;
	await answer('devices', '/root/zeroize devices --json');
	await exitStatus(console, `${known} || /root/zeroize devices --json > ${answers}/devices`, runMs);
	const refused = await answer('refused', line('nvme-sanitize'));
	const sanitized: number[] = [];
	for (const [index, command] of sanitizeCommands(target.device).entries()) {
		sanitized.push(await answer(`sanitize-${index + 1}`, command));
	}

	const hashBefore = await hashOf(target.file);
	const startedAtMs = performance.now();
	const status = await answer('run', line('auto'));
	const seconds = secondsSince(startedAtMs);
	await runCommand(console, `cp ${tracing}/trace ${answers}/trace`);
	await bringOut(console, `${answers} ${logDir}`);
	return {refused, sanitized, hashBefore, status, seconds};
};

const makeKey = async ({executable}: Stock, directory: string): Promise<string> => {
	const key = path.join(directory, 'key.pem');
	await $`${executable} keys new ${key}`.quiet();
	return key;
};

/** A key file as something that can be typed, `_` for a line end. */
const pemWords = async (file: string): Promise<string> =>
	`'${(await readFile(file, 'utf8')).trimEnd().replaceAll('\n', '_')}'`;

type Texts = ReadonlyMap<string, string>;

type Found = Awaited<ReturnType<typeof purge>>;

/** This drive has no Sanitize: it is refused, and what it would have been is given by hand. */
const sanitizeChecks = async ({refused, sanitized}: Found, texts: Texts): Promise<readonly Check[]> => [
	equal('nvme-sanitize: exit code', refused, 3),
	{name: 'nvme-sanitize: the reason', problem: missing(oneText(texts, /refused-stderr$/), noSanitize)},
	equal('nvme-sanitize by hand: exit codes', String(sanitized), '1,1,1'),
	equal(
		'nvme-sanitize by hand: what nvme-cli says is what the tests have it say',
		oneText(texts, /sanitize-1-stderr$/),
		await captured('drives', 'nvme-2.3-sanitize-refused-stderr'),
	),
	equal(
		'nvme-sanitize by hand: what the kernel gives to the drive',
		commandsIn(oneText(texts, /trace$/), /sanitize/),
		sanitizes,
	),
];

const formatChecks = ({status}: Found, texts: Texts, {ses, technique}: Way): readonly Check[] => [
	equal('erasers, say the devices', erasersOf(oneText(texts, /devices$/)), 'nvme-format'),
	{
		name: 'the plan',
		problem: missing(
			oneText(texts, /answers\/run$/),
			new RegExp(`erased with nvme-format: ${technique}, NIST 800-88 purge`),
		),
	},
	equal('exit code', status, 0),
	equal(
		'what the kernel gives to the drive',
		commandsIn(oneText(texts, /trace$/), /format|security/),
		`nsid=1 ses=${ses}`,
	),
];

const noSanitize = /nvme-sanitize: the drive has no Sanitize command \(SANICAP\)/;

interface Way {
	readonly ses: number;
	readonly technique: string;
}

/** How the drive can erase when it formats, by bit 2 of FNA: NVMe Base Specification 2.0, figure 275. */
const wayOf = (idCtrl: string): Way => {
	const {fna} = JSON.parse(idCtrl) as {fna: number};
	return (fna & 4) === 4 ? {ses: 2, technique: 'cryptographic-erase'} : {ses: 1, technique: 'block-erase'};
};

const missing = (text: string, pattern: RegExp): string | undefined =>
	pattern.test(text.replaceAll(/\s+/g, ' ')) ? undefined : `not said: ${text}`;

/** Those of the eraser on a drive that can do all of it: nvme-cli must pass them on, whatever the drive makes of them. */
const sanitizeCommands = (node: string): readonly string[] =>
	(['block-erase', 'overwrite', 'cryptographic-erase'] as const).map(technique =>
		(nvmeSanitize.command(deviceFacts(), node, technique) ?? []).join(' '),
	);

/** Dwords 10 and 11, their lowest byte first: SANACT 2; 3 with one pass of the pattern 0; 4. */
const sanitizes = ['02', '13', '04'].map(action => `nsid=0 cdw10=${action} 00 00 00 00 00 00 00`).join(', ');

/** What the kernel gave to the drive of these, in its words. */
const commandsIn = (trace: string, name: RegExp): string =>
	trace
		.split('\n')
		.filter(line => name.test(/\(nvme_admin_\w+/.exec(line)?.[0] ?? ''))
		.map(line =>
			[/nsid=\d+/, /ses=\d+|cdw10=[0-9a-f]{2}(?: [0-9a-f]{2}){7}/]
				.map(part => part.exec(line)?.[0])
				.join(' '),
		)
		.join(', ');

const erasersOf = (devices: string): string => {
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

const certificateChecks = (text: string, way: Way): readonly Check[] => {
	const certificate = JSON.parse(text);
	const {tool, canary, verification, holds} = certificate;
	const command = `nvme format /dev/nvme0n1 --namespace-id=1 --lbaf=0 --ses=${way.ses} `;
	return [
		equal('certificate: method', certificate.method, 'purge'),
		equal('certificate: technique', certificate.technique, way.technique),
		equal('certificate: command', tool.command.join(' ').slice(0, command.length), command),
		equal('certificate: a canary was there', canary?.blocks > 0, true),
		equal(
			'certificate: verification',
			`${verification.coverage}, ${verification.verifiedBytes}`,
			`full, ${certificate.totalBytes}`,
		),
		equal('certificate: what it holds', `${holds?.kind}`, 'zeros'),
	];
};

interface Proof {
	readonly evidence: string;
	readonly texts: Texts;
	readonly key: string;
}

/** By the program itself, outside of the guest. */
const verified = async ({executable}: Stock, {evidence, texts, key}: Proof): Promise<Check> => {
	const [certificate = '', journal = ''] = [/certificate\.json$/, /journal\.jsonl$/].map(ending =>
		path.join(evidence, [...texts.keys()].find(name => ending.test(name)) ?? ''),
	);
	const options = ['--journal', journal, '--key', key];
	const {exitCode, stderr} = await $({
		nothrow: true,
		quiet: true,
	})`${executable} certificate verify ${certificate} ${options}`;
	return {name: 'certificate verify', problem: exitCode === 0 ? undefined : `${exitCode}: ${stderr}`};
};
