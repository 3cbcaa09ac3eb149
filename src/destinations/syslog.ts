import {SanitizeError} from '../errors.ts';
import {defineDestination} from './destination.ts';
import {parsePublicUrl} from './network/address.ts';
import {readAuthority} from './network/authority.ts';
import {requireUnset} from './network/options.ts';
import {hostOf, resolveHost} from './network/resolve.ts';
import {syslogMessages} from './syslog/message.ts';
import {type Receiver, sendDatagrams, sendStream} from './syslog/send.ts';

/** As registered: syslog, syslog-conn and syslog-tls. */
const defaultPorts = {udp: 514, tcp: 601, tls: 6514} as const;

type Transport = keyof typeof defaultPorts;

interface Address {
	readonly transport: Transport;
	readonly host: string;
	readonly port: number;
	readonly ca: string | undefined;
}

interface Place extends Receiver, Readonly<Record<string, unknown>> {
	readonly transport: Transport;
}

const form = 'syslog+tls://host[:6514]';

export default defineDestination<Address, Place>({
	name: 'syslog',
	summary: 'a syslog receiver: RFC 5424 messages over TLS, TCP or UDP',
	forms: [form, 'syslog+tcp://host[:601]', 'syslog+udp://host[:514]'],
	prefixes: ['syslog+tls:', 'syslog+tcp:', 'syslog+udp:'],
	parse(wish) {
		const {to, optional, ca} = wish;
		const url = parsePublicUrl(to, form);
		const transport = url.protocol.slice('syslog+'.length, -1) as Transport;
		if (!['', '/'].includes(url.pathname)) {
			throw new SanitizeError('USAGE', `"${to}" has a path, which syslog does not have`, {
				hint: `write it as ${form}`,
			});
		}

		if (transport === 'udp' && !optional) {
			throw new SanitizeError('USAGE', `${to} can confirm nothing, so the run could not rely on it`, {
				hint: 'mark it as optional (optional:syslog+udp://…, in a recipe optional: true), or use syslog+tcp: or syslog+tls:',
			});
		}

		requireUnset(wish, 'method', ...(transport === 'tls' ? [] : (['ca'] as const)));
		const port = url.port === '' ? defaultPorts[transport] : Number(url.port);
		return {transport, host: hostOf(url), port, ca};
	},
	tools: () => [],
	async look({transport, host, port, ca}) {
		const addresses = await resolveHost(host);
		const resolved = {transport, host, port, addresses, ca: await readAuthority(ca)};
		return {resolved, found: `${addresses.join(', ')}, ${transport} port ${port}`};
	},
	async deliver(place, parcel, {now, ...limits}) {
		const {transport, host, port} = place;
		const messages = syslogMessages(parcel, now());
		if (transport === 'udp') {
			await sendDatagrams(place, messages, limits);
			return `${messages.length} messages to ${host}, port ${port}; nobody confirms that they arrived`;
		}

		await sendStream(place, transport === 'tls', messages, limits);
		return `${messages.length} messages to ${host}, port ${port}`;
	},
});
