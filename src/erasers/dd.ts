import {requireGnuDd} from './dd/flavour.ts';
import {operands} from './dd/operands.ts';
import {runDd} from './dd/run.ts';
import {defineEraser, supported, unsupported} from './eraser.ts';
import {requireNode} from './tool/node.ts';
import {requireRunning, writeWithTool} from './writing/with-tool.ts';

const name = 'dd';

export default defineEraser({
	name,
	summary: 'overwrite with zeros with GNU dd, past the page cache, to the last byte',
	method: 'clear',
	technique: 'overwrite',
	leaves: 'zeros',
	writesInOrder: true,
	tools: ['dd'],
	supports({kind, readOnly}) {
		if (kind === 'memory') {
			return unsupported('it has no node that dd could write to');
		}

		return readOnly ? unsupported('it is read-only') : supported;
	},
	probe: requireGnuDd,
	command: (facts, node) => ['dd', ...operands(facts, node, {isDirect: true})],
	sync: async ({device, tools, signal}) => tools.run('sync', [requireNode(name, device)], {signal}),
	async *erase(context) {
		const {device, tools, signal} = context;
		const node = requireNode(name, device);
		const tool = await requireGnuDd(tools, signal);
		requireRunning({name}, device, signal, 0);
		await context.commit();
		return yield* writeWithTool(
			{name, tool, run: start => runDd({device, node, tools, signal}, start)},
			context,
		);
	},
});
