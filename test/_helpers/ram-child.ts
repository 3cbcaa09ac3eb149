// In a mount namespace of its own: sets up what a bash script says, frees the disk, and says what came of it.
import {execFileSync, spawn} from 'node:child_process';
import {readFileSync, statSync} from 'node:fs';
import {deviceNumberOf} from '../../src/devices/facts/sysfs.ts';
import {exitCodeOf, toSanitizeError} from '../../src/errors.ts';
import {freeDisk} from '../../src/hosts/ram/free-disk.ts';
import {createTools} from '../../src/process.ts';

export interface RamOrder {
	/** A loop device. */
	readonly disk: string;
	/** A directory with `old` in it, where the script mounts the old root. */
	readonly place: string;
	/** Sees $disk and $place; what it leaves in the background has its standard output. */
	readonly setup: string;
	/** After a failure, before it is tried once more. */
	readonly remedy?: string;
}

const bash = async ({disk, place}: RamOrder, script: string): Promise<void> => {
	const child = spawn('bash', ['-ec', script], {
		env: {PATH: process.env['PATH'], disk, place, LC_ALL: 'C'},
		stdio: ['ignore', 'ignore', 'inherit'],
	});
	const code = await new Promise(resolve => child.once('exit', resolve));
	if (code !== 0) {
		throw new Error(`the script ended with ${code}`);
	}
};

const cleanUp = `
	pid=$(cat "$place/pid" 2>/dev/null) && kill -9 "$pid" 2>/dev/null || true
	swapoff "$disk" "$place/old/swap file" 2>/dev/null || true
	for round in 1 2 3; do
		umount --recursive "$place/old" "$place/elsewhere" "$place/overlay" 2>/dev/null || true
		losetup --noheadings --raw --output NAME,BACK-FILE | grep -F " $place/" | while read -r node _; do losetup --detach "$node"; done
	done`;

const report = async (order: RamOrder) => {
	const {disk, place} = order;
	const lines: string[] = [];
	const free = async () => {
		try {
			await freeDisk({
				tools: createTools({env: process.env}),
				root: '/',
				oldRoot: `${place}/old`,
				path: disk,
				deviceNumbers: [deviceNumberOf(statSync(disk, {bigint: true}).rdev)],
				// Other suites pin network namespaces meanwhile.
				tell: line => void (line.includes('nsfs') || lines.push(line)),
				patienceMs: 500,
			});
			return null;
		} catch (error) {
			const {code, message, hint} = toSanitizeError(error);
			return {code, message, hint, exitCode: exitCodeOf(code)};
		}
	};
	try {
		await bash(order, order.setup);
		const error = await free();
		const pid = execFileSync('bash', ['-c', `cat "${place}/pid" 2>/dev/null || true`], {
			encoding: 'utf8',
		}).trim();
		if (order.remedy !== undefined) {
			await bash(order, order.remedy);
		}

		const secondError = order.remedy === undefined ? null : await free();
		const mounts = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
		return {
			...{error, secondError, lines, pid},
			mounts: mounts.filter(line => line.includes(place)),
			loops: execFileSync('losetup', ['--list', '--noheadings', '--output', 'BACK-FILE'], {encoding: 'utf8'})
				.split('\n')
				.filter(line => line.includes('inner image')),
			swaps: readFileSync('/proc/swaps', 'utf8')
				.split('\n')
				.filter(line => line.includes(place)),
		};
	} finally {
		await bash(order, cleanUp);
	}
};

export type RamReport = Awaited<ReturnType<typeof report>>;

if (import.meta.main) {
	process.stdout.write(JSON.stringify(await report(JSON.parse(process.argv[2] ?? ''))));
}
