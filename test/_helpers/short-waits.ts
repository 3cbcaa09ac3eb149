import {syncBuiltinESMExports} from 'node:module';
import {setImmediate} from 'node:timers';
import timers from 'node:timers/promises';

/**
From here on nobody in this process waits with `node:timers/promises`: what waits gets its turn after everything else that is due, and the tests of waiting itself are elsewhere. The mock timers of node:test do not reach names that were imported by name.
*/
export const shortenWaits = (): void => {
	const noWait: typeof timers.setTimeout = async (_ms, value, {signal} = {}) =>
		new Promise((resolve, reject) => {
			const end = () => (signal?.aborted ? reject(signal.reason) : resolve(value as never));
			setImmediate(end);
		});
	timers.setTimeout = noWait;
	syncBuiltinESMExports();
};
