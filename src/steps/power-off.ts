import * as v from 'valibot';
import {haltLine} from '../hosts/commands.ts';
import {conclude} from '../outcome.ts';
import {defineRunStep} from './step.ts';

export default defineRunStep({
	name: 'power-off',
	summary: 'power the machine off after everything else has been done',
	phase: 'halt',
	scope: 'run',
	options: {
		by: v.optional(
			v.pipe(
				v.picklist(['sysrq', 'system']),
				v.description('sysrq: at once, by the kernel; system: by systemd'),
			),
			'sysrq',
		),
		how: v.optional(
			v.pipe(v.picklist(['poweroff', 'reboot']), v.description('what comes after')),
			'poweroff',
		),
	},
	// poweroff and reboot are what is left where the kernel has no SysRq.
	tools: ({by, how}, {host}) => (host === 'system' ? [by === 'sysrq' ? how : 'systemctl'] : []),
	plan: halt => ({
		title: halt.how === 'poweroff' ? 'power off' : 'reboot',
		commands: [haltLine(halt)],
	}),
	async run(halt, {records}) {
		const {outcome} = conclude(records.report());
		if (outcome === 'failed' || outcome === 'refused' || outcome === 'aftercare-failed') {
			return {skipped: `the run is ${outcome}: the machine stays on for you to look`};
		}

		return {halt, facts: {commands: [haltLine(halt)]}};
	},
});
