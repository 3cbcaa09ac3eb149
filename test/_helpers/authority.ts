import {readFile} from 'node:fs/promises';
import path from 'node:path';
import type {ExecutionContext} from 'ava';
import {createPlace, runFile} from './cli.ts';

export interface Authority {
	/** PEM file of the authority. */
	readonly file: string;
	/** What a server of that name needs, signed by it. */
	issue(name: string): Promise<{readonly key: string; readonly cert: string}>;
}

const newKey = ['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-noenc'];

/** A certificate authority of the test's own, made by the real openssl. */
export const createAuthority = async (t: ExecutionContext): Promise<Authority> => {
	const {directory, write} = await createPlace(t);
	const at = (name: string) => path.join(directory, name);
	const subject = ['-days', '2', '-subj', '/CN=test authority'];
	await runFile('openssl', [...newKey, '-x509', ...subject, '-keyout', at('ca.key'), '-out', at('ca.pem')]);
	return {
		file: at('ca.pem'),
		async issue(name) {
			const extension = await write(
				'extension',
				`subjectAltName=${/^[\d.]+$/.test(name) ? 'IP' : 'DNS'}:${name}\n`,
			);
			await runFile('openssl', [
				...newKey,
				'-subj',
				`/CN=${name}`,
				'-keyout',
				at('key'),
				'-out',
				at('request'),
			]);
			const signing = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-days', '2'];
			await runFile('openssl', [
				...['x509', '-req', '-in', at('request'), ...signing],
				...['-extfile', extension, '-out', at('cert')],
			]);
			return {key: await readFile(at('key'), 'utf8'), cert: await readFile(at('cert'), 'utf8')};
		},
	};
};
