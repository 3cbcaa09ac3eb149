import packageJson from '../../package.json' with {type: 'json'};
import {defineEraser, supported, unsupported} from './eraser.ts';
import {overwrite} from './writing/overwrite.ts';
import {requireRunning} from './writing/require-running.ts';
import {createSalvage} from './writing/salvage.ts';

export default defineEraser({
	name: 'direct',
	summary: 'overwrite with zeros with our own writer, past the page cache, to the last byte',
	method: 'clear',
	technique: 'overwrite',
	leaves: 'zeros',
	writesInOrder: true,
	tools: [],
	supports: ({readOnly}) => (readOnly ? unsupported('it is read-only') : supported),
	command: () => undefined,
	async *erase({device, signal, from, commit, warn}) {
		requireRunning(device, signal, 0);
		await commit();
		const salvage = createSalvage({device, signal, warn});
		const start = {from, writtenBytes: from, reachedTo: from};
		const writtenBytes = yield* overwrite(
			{device, salvage, requireRunning: bytes => requireRunning(device, signal, bytes)},
			start,
		);
		requireRunning(device, signal, writtenBytes);
		const end = await salvage.finish();
		return {
			writtenBytes: writtenBytes + end.writtenBytes,
			unwritable: end.unwritable,
			tool: {name: 'zeroize direct', version: packageJson.version},
		};
	},
});
