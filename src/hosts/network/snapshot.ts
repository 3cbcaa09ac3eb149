import * as v from 'valibot';
import {SanitizeError} from '../../errors.ts';
import {parseJson} from '../../json.ts';
import type {Tools} from '../../process.ts';

export interface NetworkAddress {
	readonly family: 'inet' | 'inet6';
	readonly local: string;
	readonly prefixLength: number;
	/** The other end of a point-to-point link. */
	readonly peer: string | null;
	readonly broadcast: string | null;
}

export interface NetworkInterface {
	readonly name: string;
	/** Whether it had a link: a cable and somebody at its other end. */
	readonly hasCarrier: boolean;
	readonly addresses: readonly NetworkAddress[];
}

export interface NetworkRoute {
	readonly family: 'inet' | 'inet6';
	/** `default`, or a network with its prefix length. */
	readonly destination: string;
	readonly gateway: string | null;
	readonly device: string;
	readonly source: string | null;
	readonly metric: number | null;
	/** The gateway is reached although no route leads to it. */
	readonly isOnLink: boolean;
}

/** How this machine was on the network: plain JSON. Interfaces that were up, and the routes of the main table that addresses do not bring by themselves. */
export interface NetworkSnapshot {
	readonly interfaces: readonly NetworkInterface[];
	readonly routes: readonly NetworkRoute[];
}

const answerTimeoutMs = 15_000;

/** As `ip -json address` (iproute2 4.13 and newer) prints it, as far as it is used. */
const linksSchema = v.array(
	v.object({
		ifname: v.string(),
		flags: v.array(v.string()),
		addr_info: v.array(
			v.object({
				family: v.optional(v.string()),
				local: v.optional(v.string()),
				prefixlen: v.optional(v.number()),
				address: v.optional(v.string()),
				broadcast: v.optional(v.string()),
				scope: v.optional(v.string()),
			}),
		),
	}),
);

const hop = {
	gateway: v.optional(v.string()),
	dev: v.optional(v.string()),
	flags: v.optional(v.array(v.string()), []),
};

/** As `ip -json route` prints it. */
const routesSchema = v.array(
	v.object({
		...hop,
		type: v.optional(v.string(), 'unicast'),
		dst: v.string(),
		protocol: v.optional(v.string()),
		prefsrc: v.optional(v.string()),
		metric: v.optional(v.number()),
		nexthops: v.optional(v.array(v.object(hop)), []),
	}),
);

/**
Asks how this machine is on the network now; changes nothing.
@throws SanitizeError TOOL_MISSING, TOOL_FAILED.
*/
export const snapshotNetwork = async (tools: Tools): Promise<NetworkSnapshot> => {
	const [links, inet, inet6] = await Promise.all([
		ask(tools, linksSchema, 'address', 'show'),
		ask(tools, routesSchema, '-4', 'route', 'show', 'table', 'main'),
		ask(tools, routesSchema, '-6', 'route', 'show', 'table', 'main'),
	]);
	return {
		interfaces: links.filter(({flags}) => flags.includes('UP')).map(toInterface),
		routes: [...toRoutes(inet, 'inet'), ...toRoutes(inet6, 'inet6')],
	};
};

const ask = async <Schema extends v.GenericSchema>(
	tools: Tools,
	schema: Schema,
	...args: readonly string[]
): Promise<v.InferOutput<Schema>> => {
	const {stdout} = await tools.run('ip', ['-json', ...args], {timeoutMs: answerTimeoutMs});
	try {
		// Of nothing it prints nothing.
		return v.parse(schema, parseJson(stdout.trim() || '[]'));
	} catch (cause) {
		throw new SanitizeError('TOOL_FAILED', `ip ${args.join(' ')} printed something that is not understood`, {
			hint: 'iproute2 4.13 or newer is needed, not the ip of busybox',
			cause,
		});
	}
};

const toInterface = ({
	ifname,
	flags,
	addr_info,
}: v.InferOutput<typeof linksSchema>[number]): NetworkInterface => ({
	name: ifname,
	hasCarrier: flags.includes('LOWER_UP'),
	addresses: addr_info.flatMap(({family, local, prefixlen, address, broadcast, scope}) => {
		// A link-local address of IPv6 comes by itself.
		const isOwn = !(family === 'inet6' && scope === 'link');
		return (family === 'inet' || family === 'inet6') &&
			local !== undefined &&
			prefixlen !== undefined &&
			isOwn
			? [{family, local, prefixLength: prefixlen, peer: address ?? null, broadcast: broadcast ?? null}]
			: [];
	}),
});

const toRoutes = (
	routes: v.InferOutput<typeof routesSchema>,
	family: NetworkRoute['family'],
): readonly NetworkRoute[] =>
	routes
		// What the kernel made of an address it makes again.
		.filter(({type, protocol}) => type === 'unicast' && protocol !== 'kernel')
		.flatMap(route => {
			// Of several ways one is enough to deliver a few files.
			const {gateway, dev, flags} = route.nexthops[0] ?? route;
			return dev === undefined
				? []
				: [
						{
							family,
							destination: route.dst,
							gateway: gateway ?? null,
							device: dev,
							source: route.prefsrc ?? null,
							metric: route.metric ?? null,
							isOnLink: flags.includes('onlink'),
						},
					];
		});
