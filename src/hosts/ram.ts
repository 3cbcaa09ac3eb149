import {SanitizeError} from '../errors.ts';
import {haltLine} from './commands.ts';
import {defineHost, type Host} from './host.ts';
import {freeDisk} from './ram/free-disk.ts';
import {haltSystem} from './systemd/halt.ts';

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
				return {isLeft: true, done: await freeDisk({devices, tools, root})};
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
