import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import type {ExecutionContext} from 'ava';
import type {Tools} from '../../src/process.ts';
import {runFile} from './cli.ts';
import {real} from './surroundings.ts';

export interface Network {
	/** `ip` of the machine's own namespace, really run. */
	readonly tools: Tools;
	/** `ip ARGS`, separated by blanks, in the machine's namespace. */
	ip(args: string): Promise<void>;
	/** What a server two hops away answers when asked from there; throws when it cannot be reached. */
	ask(address: string): Promise<string>;
}

const server = `require('net').createServer(s => s.end('hello')).listen(7000, '::', () => console.log('ready'))`;
const client = `const s = require('net').connect({host: process.argv[1], port: 7000, timeout: 2000});
s.on('data', d => process.stdout.write(d)).on('timeout', () => process.exit(2)).on('error', () => process.exit(1))`;

let networks = 0;

/**
Two machines as network namespaces, joined by a cable (veth): `eth0` with 192.0.2.2/24 and 2001:db8::2/64 here, a router with a server behind it (198.51.100.1) there.
*/
export const createNetwork = async (t: ExecutionContext): Promise<Network> => {
	networks += 1;
	const [here, there] = ['a', 'b'].map(end => `zt${process.pid}-${networks}${end}`);
	const ip = async (namespace: string | undefined, args: string) => {
		await runFile('ip', [...(namespace === undefined ? [] : ['-n', namespace]), ...args.split(' ')]);
	};
	for (const namespace of [here, there]) {
		await ip(undefined, `netns add ${namespace}`);
		t.teardown(async () => ip(undefined, `netns delete ${namespace}`));
		await ip(namespace, 'link set lo up');
	}

	await ip(here, `link add eth0 type veth peer name eth0 netns ${there}`);
	await ip(there, 'link set eth0 up');
	await ip(there, 'address add 192.0.2.1/24 dev eth0');
	await ip(there, 'address add 2001:db8::1/64 dev eth0 nodad');
	await ip(there, 'address add 198.51.100.1/32 dev lo');
	await ip(here, 'link set eth0 up');
	await ip(here, 'address add 192.0.2.2/24 broadcast 192.0.2.255 dev eth0');
	await ip(here, 'address add 2001:db8::2/64 dev eth0 nodad');
	await ip(here, 'route add default via 192.0.2.1 metric 50');
	await ip(here, 'route add 203.0.113.0/24 dev eth0');
	await ip(here, '-6 route add default via 2001:db8::1');
	const child = spawn('ip', ['netns', 'exec', there ?? '', process.execPath, '-e', server], {
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	t.teardown(() => end(child));
	await once(child.stdout, 'data');
	return {
		tools: {
			...real.tools,
			run: async (name, args, options) => real.tools.run(name, ['-n', here ?? '', ...args], options),
		},
		ip: async args => ip(here, args),
		async ask(address) {
			const {stdout} = await runFile('ip', [
				'netns',
				'exec',
				here ?? '',
				process.execPath,
				'-e',
				client,
				address,
			]);
			return stdout;
		},
	};
};

const end = async (child: ChildProcess): Promise<void> => {
	const closed = once(child, 'close');
	child.kill('SIGKILL');
	await closed;
};
