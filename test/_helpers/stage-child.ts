// In a mount namespace of its own: stages into a real tmpfs, runs commands in it with chroot, and says what came of them.
import {execFileSync, spawnSync} from 'node:child_process';
import {mkdirSync, readdirSync, statfsSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {mountStage, unmountStage} from '../../src/hosts/staging/mount.ts';
import {planStage, type StageContents} from '../../src/hosts/staging/plan.ts';
import {recordBytes} from '../../src/hosts/staging/room.ts';
import {stage} from '../../src/hosts/staging/stage.ts';
import {createTools} from '../../src/process.ts';

export interface StageOrder extends StageContents {
	readonly directory: string;
	readonly commands: ReadonlyArray<readonly string[]>;
}

const report = async ({directory, commands, ...contents}: StageOrder) => {
	const tools = createTools({env: process.env});
	const plan = await planStage(contents, tools);
	await mountStage(tools, directory, plan.totalBytes + recordBytes);
	process.umask(0o077);
	await stage(plan, directory);
	const {bsize, blocks, bfree} = statfsSync(directory);
	const identity = (name: string) => {
		const {ino, mode} = statSync(join(directory, name));
		return {ino, mode: mode & 0o7777};
	};
	const found = {
		plan,
		usedBytes: (blocks - bfree) * bsize,
		top: readdirSync(directory).sort(),
		shutdown: identity('shutdown'),
		zeroize: identity('zeroize'),
		library: identity('usr/lib'),
		isNoexec: /noexec/.test(
			execFileSync('findmnt', ['--noheadings', '-o', 'OPTIONS', directory], {encoding: 'utf8'}),
		),
	};
	// As systemd-shutdown does.
	for (const name of ['dev', 'proc', 'sys']) {
		execFileSync('mount', ['--rbind', `/${name}`, join(directory, name)]);
	}

	const results = commands.map(command => {
		const {status, stdout, stderr, error} = spawnSync('chroot', [directory, ...command], {
			encoding: 'utf8',
			env: {PATH: process.env['PATH']},
		});
		return {command: command.join(' '), exitCode: status, stdout, stderr, error: error?.message};
	});
	for (const name of ['dev', 'proc', 'sys']) {
		execFileSync('umount', ['--recursive', join(directory, name)]);
	}

	await unmountStage(tools, directory);
	return {...found, results, left: readdirSync(directory)};
};

export type StageReport = Awaited<ReturnType<typeof report>>;

if (import.meta.main) {
	const order: StageOrder = JSON.parse(process.argv[2] ?? '');
	mkdirSync(order.directory, {recursive: true});
	process.stdout.write(JSON.stringify(await report(order)));
}
