import type {FioChoice} from './results.ts';

export interface Contestant {
	/** What `--only` looks in. */
	readonly name: string;
	/** `limit`: fio, which stands for what the device can do. */
	readonly kind: 'ours' | 'peer' | 'limit';
	readonly does: 'erase' | 'erase and verify' | 'verify' | 'read';
	readonly program: string;
	/** Those that take long have fewer repeats. */
	readonly pace: 'fast' | 'slow' | 'slowest';
	/** Also measured with other sizes and with many devices. */
	readonly isCore: boolean;
	readonly usesZeroRange: boolean;
	readonly exitCode: number;
	/** One command a process; `place` is a directory for what it writes beside the devices. */
	commands(nodes: readonly string[], place: string): ReadonlyArray<readonly string[]>;
}

/** Debian's packages of what is not ours. */
export const packages: Readonly<Record<string, string>> = {
	badblocks: 'e2fsprogs',
	blkdiscard: 'util-linux',
	blockdev: 'util-linux',
	cmp: 'diffutils',
	dd: 'coreutils',
	fallocate: 'util-linux',
	fio: 'fio',
	losetup: 'util-linux',
	nwipe: 'nwipe',
	scrub: 'scrub',
	shred: 'coreutils',
	time: 'time',
};

const defaults = {pace: 'fast', isCore: false, usesZeroRange: false, exitCode: 0} as const;

const peer = (
	name: string,
	argv: readonly string[],
	more: Partial<Omit<Contestant, 'name' | 'kind' | 'program' | 'commands'>> = {},
): Contestant => ({
	...defaults,
	name,
	kind: 'peer',
	does: 'erase',
	program: argv[0] ?? '',
	commands: (nodes, place) =>
		nodes.map(node => argv.map(word => word.replace('DEVICE', node).replace('PLACE', place))),
	...more,
});

const dd = ['dd', 'if=/dev/zero', 'of=DEVICE'] as const;

// dd ends with "No space left on device".
const ddEnds = {exitCode: 1, isCore: true} as const;

const nwipe = (verify: string) => [
	'nwipe',
	...['--autonuke', '--nogui', '--nowait', '--nosignals', '--noblank', '--method=zero', '--rounds=1'],
	`--verify=${verify}`,
	'--logfile=PLACE/nwipe.log',
	'DEVICE',
];

export const peers: readonly Contestant[] = [
	peer('dd as documented', [...dd, 'bs=1M', 'conv=fsync', 'status=progress'], {...ddEnds, pace: 'slow'}),
	peer('dd direct 1M', [...dd, 'bs=1M', 'oflag=direct', 'conv=fsync', 'status=none'], {
		...ddEnds,
		isCore: false,
	}),
	peer('dd direct 4M', [...dd, 'bs=4M', 'oflag=direct', 'conv=fsync', 'status=none'], ddEnds),
	peer('shred', ['shred', '-n0', '-z', 'DEVICE'], {isCore: true}),
	peer('scrub', ['scrub', '-p', 'fillzero', '-f', '-S', 'DEVICE']),
	peer('blkdiscard -z', ['blkdiscard', '-z', 'DEVICE'], {isCore: true, usesZeroRange: true}),
	peer('badblocks', ['badblocks', '-b', '4096', '-c', '1024', '-w', '-t', '0x00', 'DEVICE'], {
		does: 'erase and verify',
	}),
	peer('nwipe', nwipe('off'), {pace: 'slowest'}),
	peer('nwipe verify=last', nwipe('last'), {pace: 'slowest', does: 'erase and verify'}),
];

/** The erasers that are compared. */
export const erasersOfInterest = ['dd', 'direct', 'zero-range'] as const;

const unverified = 5;

const ours = (executable: string, more: Pick<Contestant, 'name' | 'does' | 'commands'>): Contestant => ({
	...defaults,
	kind: 'ours',
	program: executable,
	isCore: true,
	exitCode: more.does === 'erase' ? unverified : 0,
	...more,
});

const eraseCommand =
	(executable: string, eraser: string, verify: string): Contestant['commands'] =>
	(nodes, place) => [
		[
			...[executable, 'run', 'erase', '--eraser', eraser, '--verify', verify, '--progress', 'json'],
			...['--state-dir', place, '--log-dir', `${place}/log`],
			...nodes.flatMap(node => ['--device', node, '--confirm', node]),
		],
	];

export const oursOf = (executable: string, eraser: string): readonly Contestant[] =>
	(['none', 'full'] as const).map(verify => ({
		...ours(executable, {
			name: verify === 'none' ? `zeroize ${eraser}` : `zeroize ${eraser}, verify`,
			does: verify === 'none' ? 'erase' : 'erase and verify',
			commands: eraseCommand(executable, eraser, verify),
		}),
		usesZeroRange: eraser === 'zero-range',
	}));

export const ourVerify = (executable: string): Contestant =>
	ours(executable, {
		name: 'zeroize verify',
		does: 'verify',
		commands: nodes => [
			[executable, 'verify', '--progress', 'json', ...nodes.flatMap(node => ['--device', node])],
		],
	});

export const fioOf = ({
	direction,
	blockBytes,
	depth,
}: Pick<FioChoice, 'direction' | 'blockBytes' | 'depth'>): Contestant => ({
	...peer(`fio ${direction}`, [
		...['fio', '--name=limit', '--filename=DEVICE', `--rw=${direction}`, `--bs=${blockBytes}`],
		...[`--iodepth=${depth}`, '--ioengine=libaio', '--direct=1', '--output-format=json'],
		...(direction === 'write' ? ['--zero_buffers', '--end_fsync=1'] : []),
	]),
	kind: 'limit',
	does: direction === 'write' ? 'erase' : 'read',
	isCore: true,
});
