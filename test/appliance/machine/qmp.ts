import {connect, type Socket} from 'node:net';
import {createInterface} from 'node:readline';
import {setTimeout as delay} from 'node:timers/promises';

/** Why QEMU ended: its own words, such as `guest-shutdown`, `guest-reset`, `host-signal`. */
export type ShutdownReason = string;

export interface Qmp {
	/** The reason of the SHUTDOWN event; undefined while there was none. */
	reason(): ShutdownReason | undefined;
	quit(): void;
}

/** QEMU's control socket; see "QEMU Machine Protocol" in its documentation. */
export const openQmp = async (socketFile: string, gone: AbortSignal): Promise<Qmp> => {
	const socket = await connected(socketFile, gone);
	let reason: ShutdownReason | undefined;
	createInterface({input: socket}).on('line', line => {
		const message = JSON.parse(line);
		if (message.event === 'SHUTDOWN') {
			reason = message.data?.reason ?? 'unknown';
		}
	});
	const send = (execute: string): void => void socket.write(`${JSON.stringify({execute})}\n`);
	send('qmp_capabilities');
	return {reason: () => reason, quit: () => send('quit')};
};

/** Connects to a socket that QEMU is about to open; later errors are not reported: QEMU ends whenever the guest does. */
const connected = async (file: string, gone: AbortSignal): Promise<Socket> => {
	for (;;) {
		const socket = connect(file);
		try {
			await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
			return socket.on('error', () => undefined);
		} catch (error) {
			if (gone.aborted) {
				throw new Error(`connecting to ${file}: QEMU ended before`, {cause: error});
			}

			await delay(50);
		}
	}
};
