import {setTimeout as delay} from 'node:timers/promises';
import {toSanitizeError} from '../../errors.ts';
import type {Tools} from '../../process.ts';
import {
	type NetworkAddress,
	type NetworkInterface,
	type NetworkRoute,
	type NetworkSnapshot,
	snapshotNetwork,
} from './snapshot.ts';

const commandTimeoutMs = 15_000;

/** How long two ends may take to agree on a link. */
const carrierTimeoutMs = 10_000;
const carrierPauseMs = 200;

/**
Brings the network back to what it was: links up, addresses, routes. It only adds, and may be done again at any time. What has gone altogether (a VLAN, a bridge, a lease that ran out) it cannot make; an address from DHCP stays, but nobody renews it.

Returns what could not be done, in words; never throws.
*/
export const restoreNetwork = async (
	tools: Tools,
	{interfaces, routes}: NetworkSnapshot,
): Promise<{readonly troubles: readonly string[]}> => {
	const troubles: string[] = [];
	const attempt = async (args: readonly string[]): Promise<void> => {
		try {
			await tools.run('ip', args, {timeoutMs: commandTimeoutMs});
		} catch (error) {
			troubles.push(`ip ${args.join(' ')}: ${toSanitizeError(error).message}`);
		}
	};
	for (const {name, addresses} of interfaces) {
		await attempt(['link', 'set', 'dev', name, 'up']);
		for (const address of addresses) {
			await attempt(addressCommand(name, address));
		}
	}

	// Networks first: a gateway must be reachable before a route can go through it.
	for (const route of routes.toSorted((a, b) => rank(a) - rank(b))) {
		await attempt(routeCommand(route));
	}

	return {troubles: [...troubles, ...(await waitForCarriers(tools, interfaces))]};
};

const flagOf = ({family}: {readonly family: NetworkAddress['family']}): string =>
	family === 'inet6' ? '-6' : '-4';

const addressCommand = (device: string, address: NetworkAddress): readonly string[] => {
	const {family, local, prefixLength, peer, broadcast} = address;
	return [
		...[flagOf(address), 'address', 'replace'],
		...(peer === null ? [`${local}/${prefixLength}`] : [local, 'peer', `${peer}/${prefixLength}`]),
		...(broadcast === null ? [] : ['broadcast', broadcast]),
		...['dev', device],
		// It was ours a moment ago; to ask around whether it is free would take seconds.
		...(family === 'inet6' ? ['nodad'] : []),
	];
};

const rank = ({gateway}: NetworkRoute): number => (gateway === null ? 0 : 1);

const routeCommand = (route: NetworkRoute): readonly string[] => {
	const {destination, gateway, device, source, metric, isOnLink} = route;
	return [
		...[flagOf(route), 'route', 'replace', destination],
		...(gateway === null ? [] : ['via', gateway]),
		...['dev', device],
		...(source === null ? [] : ['src', source]),
		...(metric === null ? [] : ['metric', `${metric}`]),
		...(isOnLink ? ['onlink'] : []),
	];
};

const waitForCarriers = async (
	tools: Tools,
	before: readonly NetworkInterface[],
): Promise<readonly string[]> => {
	const wanted = before.filter(({hasCarrier}) => hasCarrier).map(({name}) => name);
	const endMs = performance.now() + carrierTimeoutMs;
	for (;;) {
		const now = await snapshotNetwork(tools).catch(() => null);
		const missing = wanted.filter(
			name => !now?.interfaces.some(each => each.name === name && each.hasCarrier),
		);
		if (missing.length === 0) {
			return [];
		}

		if (performance.now() > endMs) {
			return missing.map(name => `${name} has no link after ${carrierTimeoutMs / 1000} s`);
		}

		await delay(carrierPauseMs);
	}
};
