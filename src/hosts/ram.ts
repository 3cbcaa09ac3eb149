import {SanitizeError} from '../errors.ts';
import {haltLine} from './commands.ts';
import {defineHost, type Host} from './host.ts';
import {restoreNetwork} from './network/restore.ts';
import {freeDisk} from './ram/free-disk.ts';
import {haltSystem} from './systemd/halt.ts';

/** Where systemd-shutdown mounts the root that it pivots away from. */
const oldRoot = '/oldroot';

export default defineHost({
	name: 'ram',
	summary: 'this machine, after the disk that its system ran from was left',
	create({tools, root}) {
		const recorded: string[] = [];
		return {
			name: 'ram',
			recorded,
			stopService: gone,
			serviceState: gone,
			serviceLog: async () => [],
			enterEmergency: gone,
			async leaveDisk({network}, devices) {
				const done: string[] = [];
				const tell = (line: string) => void (isOfKernel.test(line) || done.push(line));
				const deviceNumbers = devices.flatMap(({deviceNumber}) => deviceNumber ?? []);
				// Emergency mode took it down, and a run that fails here delivers its log too.
				const troubles = network ? (await restoreNetwork(tools, network)).troubles : [];
				for (const {path} of devices.filter(({isSystemDisk}) => isSystemDisk)) {
					await freeDisk({path, deviceNumbers, tools, root, oldRoot, tell});
				}

				return {isLeft: true, done: [...done, ...troubles.map(trouble => `network: ${trouble}`)]};
			},
			leave: gone,
			async halt(halt) {
				recorded.push(haltLine({...halt, by: 'sysrq'}));
				// There is no systemd to ask.
				await haltSystem({...halt, by: 'sysrq'}, {tools, root});
			},
		} satisfies Host;
	},
});

// A dozen mounts of the kernel's own file systems, none of them on a disk.
const isOfKernel = /^unmounted \/oldroot\/(?:sys|proc|dev|run)\b/;

const gone = async (): Promise<never> => {
	throw new SanitizeError('INTERNAL', 'the system that would do this has ended');
};
