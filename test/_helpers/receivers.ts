import {createSocket} from 'node:dgram';
import {once} from 'node:events';
import {createServer as createHttp, type RequestListener, type Server} from 'node:http';
import {createServer as createHttps} from 'node:https';
import {type AddressInfo, createServer as createTcp, type Server as NetServer, type Socket} from 'node:net';
import {createServer as createTls} from 'node:tls';
import type {ExecutionContext} from 'ava';

interface Keys {
	readonly key: string;
	readonly cert: string;
}

export interface Received {
	readonly method: string;
	readonly url: string;
	readonly host: string;
	readonly type: string;
	readonly disposition: string;
	readonly text: string;
}

const listen = async (t: ExecutionContext, server: NetServer | Server): Promise<number> => {
	const sockets = new Set<Socket>();
	server.on('connection', (socket: Socket) => {
		sockets.add(socket);
		socket.on('error', () => {});
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	t.teardown(() => {
		server.close();
		for (const socket of sockets) {
			socket.destroy();
		}
	});
	return (server.address() as AddressInfo).port;
};

/** A real web server on loopback; `answer` may answer otherwise than with 201. */
export const webServer = async (
	t: ExecutionContext,
	{keys, answer}: {readonly keys?: Keys; readonly answer?: RequestListener} = {},
): Promise<{readonly port: number; readonly received: readonly Received[]}> => {
	const received: Received[] = [];
	const listener: RequestListener = async (request, response) => {
		let text = '';
		for await (const chunk of request.setEncoding('utf8')) {
			text += chunk;
		}

		const {method = '', url = '', headers} = request;
		const {host = '', 'content-type': type = '', 'content-disposition': disposition = ''} = headers;
		received.push({method, url, host, type, disposition, text});
		if (answer) {
			answer(request, response);
		} else {
			response.writeHead(201).end();
		}
	};
	const server = keys ? createHttps(keys, listener) : createHttp(listener);
	return {port: await listen(t, server), received};
};

interface SyslogReceiver {
	readonly port: number;
	/** Messages so far; octet counting undone. */
	messages(): readonly string[];
}

/** A real syslog receiver over TCP or TLS, that reads to the end and closes, as rsyslog does. */
export const syslogReceiver = async (t: ExecutionContext, keys?: Keys): Promise<SyslogReceiver> => {
	const chunks: Buffer[] = [];
	const onSocket = (socket: Socket) => void socket.on('data', chunk => chunks.push(chunk));
	const server = keys ? createTls(keys, onSocket) : createTcp(onSocket);
	return {port: await listen(t, server), messages: () => uncount(Buffer.concat(chunks))};
};

/** A server that does with each connection what it is told. */
export const rawServer = async (t: ExecutionContext, onSocket: (socket: Socket) => void): Promise<number> =>
	listen(t, createTcp({allowHalfOpen: true}, onSocket));

/** RFC 6587, section 3.4.1. */
const uncount = (bytes: Buffer): readonly string[] => {
	const messages = [];
	let rest = bytes;
	while (rest.length > 0) {
		const space = rest.indexOf(' ');
		const end = space + 1 + Number(rest.subarray(0, space).toString());
		messages.push(rest.subarray(space + 1, end).toString());
		rest = rest.subarray(end);
	}

	return messages;
};

export const datagramReceiver = async (t: ExecutionContext): Promise<SyslogReceiver> => {
	const messages: string[] = [];
	const socket = createSocket('udp4', message => void messages.push(message.toString()));
	socket.bind(0, '127.0.0.1');
	await once(socket, 'listening');
	t.teardown(() => socket.close());
	return {port: socket.address().port, messages: () => messages};
};
