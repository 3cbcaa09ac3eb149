import {createSocket, type Socket} from 'node:dgram';
import {once} from 'node:events';
import {connect as connectTcp, isIP, type Socket as StreamSocket} from 'node:net';
import {setTimeout as delay} from 'node:timers/promises';
import {connect as connectTls} from 'node:tls';
import {failure, networkFailure} from '../network/failures.ts';
import {lookupAmong} from '../network/resolve.ts';

export interface Receiver {
	readonly host: string;
	readonly port: number;
	readonly addresses: readonly string[];
	/** Text of a PEM file. */
	readonly ca: string | null;
}

/** How long "port unreachable" may take to come back. */
const graceMs = 100;

interface Limits {
	readonly signal: AbortSignal;
	readonly timeoutMs: number;
}

/** RFC 5426: a datagram for each message. Nobody confirms anything. */
export const sendDatagrams = async (
	{port, addresses}: Receiver,
	messages: readonly string[],
	{signal, timeoutMs}: Limits,
): Promise<void> => {
	const [address = ''] = addresses;
	const socket = createSocket(isIP(address) === 6 ? 'udp6' : 'udp4');
	const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
	let trouble: unknown;
	socket.on('error', error => {
		trouble ??= error;
	});
	try {
		// Connected, so that "port unreachable" comes back as an error.
		socket.connect(port, address);
		await once(socket, 'connect', {signal: limit});
		for (const message of messages) {
			await sendOne(message, socket);
		}

		await delay(graceMs, undefined, {signal: limit});
		if (trouble !== undefined) {
			throw trouble;
		}
	} catch (error) {
		throw networkFailure(error, timeoutMs);
	} finally {
		socket.close();
	}
};

const sendOne = (message: string, socket: Socket): Promise<void> =>
	new Promise((resolve, reject) => {
		socket.send(message, error => (error ? reject(error) : resolve()));
	});

/**
RFC 6587 (TCP) and RFC 5425 (TLS): octet counting. Syslog has no answer; what comes closest is that the receiver, having read to our end of the stream, ends its own. So that is waited for.
*/
export const sendStream = async (
	receiver: Receiver,
	isTls: boolean,
	messages: readonly string[],
	{signal, timeoutMs}: Limits,
): Promise<void> => {
	const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
	const socket = open(receiver, isTls);
	try {
		await once(socket, isTls ? 'secureConnect' : 'connect', {signal: limit});
		// Nothing is expected, but an end that stands behind unread bytes is not seen.
		socket.resume();
		const ended = once(socket, 'end', {signal: limit});
		socket.end(messages.map(message => `${Buffer.byteLength(message)} ${message}`).join(''));
		await ended;
		if (!socket.writableFinished) {
			throw failure('it closed the connection before it had read everything', 'see the log of the receiver');
		}
	} catch (error) {
		throw networkFailure(error, timeoutMs);
	} finally {
		socket.destroy();
	}
};

const open = ({host, port, addresses, ca}: Receiver, isTls: boolean): StreamSocket => {
	const options = {host, port, lookup: lookupAmong(addresses), allowHalfOpen: true};
	return isTls
		? connectTls({
				...options,
				...(isIP(host) === 0 && {servername: host}),
				...(ca !== null && {ca}),
			})
		: connectTcp(options);
};
