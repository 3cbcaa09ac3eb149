import {type ClientRequest, type IncomingMessage, request as requestHttp} from 'node:http';
import {request as requestHttps} from 'node:https';
import {type DeliverySurroundings, defineDestination, type Parcel, type ParcelFile} from './destination.ts';
import {parsePublicUrl} from './network/address.ts';
import {readAuthority} from './network/authority.ts';
import {failure, networkFailure} from './network/failures.ts';
import {requireUnset} from './network/options.ts';
import {hostOf, lookupAmong, resolveHost} from './network/resolve.ts';

interface Address {
	/** Without a slash at its end. */
	readonly url: string;
	readonly method: 'PUT' | 'POST';
	readonly ca: string | undefined;
}

interface Place extends Readonly<Record<string, unknown>> {
	readonly url: string;
	readonly method: Address['method'];
	readonly addresses: readonly string[];
	/** Text of the PEM file. */
	readonly ca: string | null;
}

const shownAnswer = 200;

export default defineDestination<Address, Place>({
	name: 'http',
	summary: 'a web server that takes files with PUT, or with POST',
	forms: ['https://host/path', 'http://host/path'],
	prefixes: ['https:', 'http:'],
	parse(wish) {
		const {href, protocol} = parsePublicUrl(wish.to, 'https://host/path');
		if (protocol === 'http:') {
			requireUnset(wish, 'ca');
		}

		return {url: href.replace(/\/+$/, ''), method: wish.method === 'post' ? 'POST' : 'PUT', ca: wish.ca};
	},
	tools: () => [],
	async look({url, method, ca}) {
		const addresses = await resolveHost(hostOf(new URL(url)));
		const resolved = {url, method, addresses, ca: await readAuthority(ca)};
		return {resolved, found: `${method} to ${addresses.join(', ')}`};
	},
	async deliver(place, parcel, surroundings) {
		for (const file of parcel.files) {
			try {
				await send(place, file, parcel, surroundings);
			} catch (error) {
				throw networkFailure(error, surroundings.timeoutMs);
			}
		}

		return place.method === 'PUT' ? `${place.url}/${parcel.runId}/` : place.url;
	},
});

/** Below the address each run has a directory of its own. What is posted goes to the address itself, which need not be a directory. */
const urlOf = ({url, method}: Place, {name}: ParcelFile, {runId}: Parcel): URL =>
	new URL(method === 'PUT' ? `${url}/${runId}/${encodeURIComponent(name)}` : url);

const send = (
	place: Place,
	file: ParcelFile,
	parcel: Parcel,
	surroundings: DeliverySurroundings,
): Promise<void> =>
	new Promise((resolve, reject) => {
		const url = urlOf(place, file, parcel);
		const body = Buffer.from(file.text);
		const sent = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
			method: place.method,
			agent: false,
			// By name: the Host header and the name in the server's certificate stay what they are.
			lookup: lookupAmong(place.addresses),
			signal: AbortSignal.any([surroundings.signal, AbortSignal.timeout(surroundings.timeoutMs)]),
			...(place.ca !== null && {ca: place.ca}),
			headers: {
				'Content-Type': file.mediaType,
				'Content-Length': body.length,
				'Content-Disposition': `attachment; filename="${file.name}"`,
				'Zeroize-Run-Id': parcel.runId,
				'Zeroize-Host': encodeURIComponent(parcel.hostname),
			},
		});
		sent.on('error', reject);
		sent.once('response', response => {
			readAnswer(response, url)
				.then(() => requireAllSent(sent, url))
				.then(resolve, reject);
		});
		sent.end(body);
	});

/** A server may answer before it has read anything: that confirms nothing. */
const requireAllSent = ({writableFinished}: ClientRequest, url: URL): void => {
	if (!writableFinished) {
		throw failure(`${url} confirmed before it had read the file`, 'see the log of the receiver');
	}
};

const readAnswer = async (response: IncomingMessage, url: URL): Promise<void> => {
	const {statusCode = 0, statusMessage = '', headers} = response;
	if (statusCode >= 200 && statusCode < 300) {
		response.destroy();
		return;
	}

	if (statusCode >= 300 && statusCode < 400) {
		response.destroy();
		throw failure(
			`${url} answered ${statusCode}: it redirects to ${headers.location ?? 'another place'}`,
			'a redirect is not followed: name the place itself',
		);
	}

	const words = await firstWords(response);
	throw failure(
		`${url} answered ${statusCode} ${statusMessage}${words === '' ? '' : `: ${words}`}`,
		'see the log of the receiver, and whether it takes files with this method',
	);
};

const firstWords = async (response: IncomingMessage): Promise<string> => {
	let text = '';
	for await (const chunk of response.setEncoding('utf8')) {
		text += chunk;
		if (text.length >= shownAnswer) {
			break;
		}
	}

	return text
		.slice(0, shownAnswer)
		.replaceAll(/[\p{Cc}\s]+/gu, ' ')
		.trim();
};
