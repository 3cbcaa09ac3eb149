import packageJson from '../../package.json' with {type: 'json'};
import type {Device} from '../devices/device.ts';
import {SanitizeError} from '../errors.ts';
import {defineEraser, supported, unsupported} from './eraser.ts';
import {overwrite} from './writing/overwrite.ts';
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
		const requireRunning = (writtenBytes: number) => requireNotStopped(device, signal, writtenBytes);
		requireRunning(0);
		await commit();
		const salvage = createSalvage({device, signal, warn});
		const start = {from, writtenBytes: from, reachedTo: from};
		const writtenBytes = yield* overwrite({device, salvage, requireRunning}, start);
		requireRunning(writtenBytes);
		const end = await salvage.finish();
		return {
			writtenBytes: writtenBytes + end.writtenBytes,
			unwritable: end.unwritable,
			tool: {name: 'zeroize direct', version: packageJson.version},
		};
	},
});

const requireNotStopped = ({facts}: Device, {aborted}: AbortSignal, writtenBytes: number): void => {
	if (aborted) {
		throw new SanitizeError(
			'INTERRUPTED',
			`the overwrite was stopped after at least ${writtenBytes} bytes of ${facts.path}`,
			{
				hint: writtenBytes === 0 ? undefined : 'do not release the device: resume the run, or erase it again',
			},
		);
	}
};
