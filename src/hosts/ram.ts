import {SanitizeError} from '../errors.ts';
import {haltLine} from './commands.ts';
import {defineHost, type Host} from './host.ts';
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
			async leaveDisk(_departure, devices) {
				const done: string[] = [];
				const deviceNumbers = devices.flatMap(({deviceNumber}) => deviceNumber ?? []);
				for (const {path} of devices.filter(({isSystemDisk}) => isSystemDisk)) {
					await freeDisk({path, deviceNumbers, tools, root, oldRoot, tell: line => void done.push(line)});
				}

				return {isLeft: true, done};
			},
			leave: gone,
			async halt(halt) {
				recorded.push(haltLine(halt));
				await haltSystem(halt, {tools, root});
			},
		} satisfies Host;
	},
});

const gone = async (): Promise<never> => {
	throw new SanitizeError('INTERNAL', 'the system that would do this has ended');
};
