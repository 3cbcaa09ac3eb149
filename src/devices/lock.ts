import {connect, createServer, type Server} from 'node:net';
import {errnoOf, SanitizeError} from '../errors.ts';
import type {DeviceFacts} from './device.ts';

/** Who has a device, as one run tells another. */
interface Owner {
	readonly runId: string;
	readonly processId: number;
}

type Named = Pick<DeviceFacts, 'path' | 'deviceNumber' | 'diskSequence'>;

const answerMs = 1000;

/**
Claims a device for one run among all runs on this machine, until disposed. The claim is a listening socket in the abstract namespace: it is gone with its process, however that ends, and leaves nothing to clean up. Whoever finds it taken asks there whose it is.

Source: unix(7), "Abstract".
@throws SanitizeError DEVICE_BUSY naming the run that has it.
*/
export const lockDevice = async (facts: Named, runId: string): Promise<AsyncDisposable> => {
	const name = nameOf(facts);
	const owner: Owner = {runId, processId: process.pid};
	const server = createServer(socket => socket.on('error', () => {}).end(JSON.stringify(owner)));
	try {
		await listen(server, name);
	} catch (error) {
		if (errnoOf(error) !== 'EADDRINUSE') {
			throw error;
		}

		const owner = (await askOwner(name)) ?? 'another run of zeroize, which does not say which';
		throw inUse(facts.path, owner, error);
	}

	return {[Symbol.asyncDispose]: () => new Promise(resolve => void server.close(() => resolve()))};
};

/** The refusal that {@link lockDevice} would give now, where another run has the device and says so. */
export const findOwner = async (facts: Named): Promise<SanitizeError | undefined> => {
	const owner = await askOwner(nameOf(facts));
	return owner === undefined ? undefined : inUse(facts.path, owner);
};

// A file that is removed leaves its number to the next one: when that was made tells them apart.
const nameOf = ({path, deviceNumber, diskSequence}: Named): string =>
	`\0zeroize ${deviceNumber ?? path} ${diskSequence ?? ''}`.trimEnd();

const inUse = (path: string, owner: string, cause?: unknown): SanitizeError =>
	new SanitizeError('DEVICE_BUSY', `${path} is in use by ${owner}`, {
		hint: 'let that one end, or interrupt it first',
		cause,
	});

const listen = (server: Server, name: string): Promise<void> =>
	new Promise((resolve, reject) => {
		server.once('error', reject);
		server.listen(name, () => resolve());
		// A claim alone is no reason to stay.
		server.unref();
	});

const askOwner = (name: string): Promise<string | undefined> =>
	new Promise(resolve => {
		let text = '';
		const socket = connect(name);
		socket.setTimeout(answerMs, () => socket.destroy());
		socket.setEncoding('utf8').on('data', chunk => {
			text = (text + chunk).slice(0, 200);
		});
		socket.on('error', () => {});
		socket.on('close', () => resolve(describeOwner(text)));
	});

const describeOwner = (text: string): string | undefined => {
	const [, runId, processId] = /^\{"runId":"([\w-]+)","processId":(\d+)\}$/.exec(text) ?? [];
	return runId === undefined ? undefined : `another run: ${runId}, process ${processId}`;
};
