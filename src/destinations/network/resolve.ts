import {lookup} from 'node:dns/promises';
import {isIP, type LookupFunction} from 'node:net';
import {setTimeout as delay} from 'node:timers/promises';
import {errnoOf, SanitizeError} from '../../errors.ts';

/** Longer than three name servers that do not answer take: 5 s each. */
const resolveTimeoutMs = 20_000;

/** The host of a URL as sockets want it: an IPv6 address without its brackets. */
export const hostOf = ({hostname}: URL): string => hostname.replace(/^\[(.*)\]$/, '$1');

/**
All addresses of a host, in the order in which they are to be tried.
@throws SanitizeError DESTINATION_UNREACHABLE.
*/
export const resolveHost = async (host: string): Promise<readonly string[]> => {
	if (isIP(host) !== 0) {
		return [host];
	}

	const timer = new AbortController();
	try {
		const found = await Promise.race([
			lookup(host, {all: true}),
			delay(resolveTimeoutMs, undefined, {signal: timer.signal, ref: false}),
		]);
		if (found) {
			return [...new Set(found.map(({address}) => address))];
		}
	} catch (error) {
		throw unresolved(host, `it has no address (${errnoOf(error) ?? 'no answer'})`, error);
	} finally {
		timer.abort();
	}

	throw unresolved(host, `no answer within ${resolveTimeoutMs / 1000} s`);
};

const unresolved = (host: string, why: string, cause?: unknown): SanitizeError =>
	new SanitizeError('DESTINATION_UNREACHABLE', `looking for the address of ${host}: ${why}`, {
		hint: 'write its IP address instead of its name, or mend the name server (/etc/resolv.conf)',
		cause,
	});

/** Answers a socket's question for a name with what was found while there still was a name server. */
export const lookupAmong =
	(addresses: readonly string[]): LookupFunction =>
	(_host, options, callback) => {
		const all = addresses.map(address => ({address, family: isIP(address)}));
		const [first] = all;
		if (options.all) {
			callback(null, all);
		} else {
			callback(null, first?.address ?? '', first?.family);
		}
	};
