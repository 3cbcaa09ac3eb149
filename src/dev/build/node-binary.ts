import {createHash} from 'node:crypto';
import {mkdir, mkdtemp, readFile, rename, rm} from 'node:fs/promises';
import path from 'node:path';
import {$} from 'zx';
import packageJson from '../../../package.json' with {type: 'json'};
import {errnoOf} from '../../errors.ts';

export type Architecture = 'x64' | 'arm64';

/** A release of Node, one for all processors: a blob that one version prepared is not for another to read. */
export interface NodeBinary {
	readonly architecture: Architecture;
	readonly file: string;
}

/** The binary that `npm ci` installed for this machine, or for another kind of machine the one that npm fetches, once. */
export const nodeBinary = async (root: string, architecture: Architecture): Promise<NodeBinary> => {
	const name = `node-linux-${architecture}` as const;
	const version = packageJson.optionalDependencies[name];
	const installed = path.join(root, 'node_modules', name);
	if ((await installedVersion(installed)) === version) {
		return {architecture, file: path.join(installed, 'bin/node')};
	}

	const fetched = path.join(root, 'node_modules/.cache/zeroize-build', `${name}-${version}`);
	if ((await installedVersion(fetched)) !== version) {
		await fetchPackage(root, `${name}@${version}`, fetched);
	}

	return {architecture, file: path.join(fetched, 'bin/node')};
};

const installedVersion = async (directory: string): Promise<string | undefined> => {
	try {
		return JSON.parse(await readFile(path.join(directory, 'package.json'), 'utf8')).version;
	} catch (error) {
		if (errnoOf(error) !== 'ENOENT') {
			throw error;
		}

		return undefined;
	}
};

const fetchPackage = async (root: string, wanted: string, target: string): Promise<void> => {
	await mkdir(path.dirname(target), {recursive: true});
	const work = await mkdtemp(`${target}-`);
	const run = $({cwd: work, quiet: true});
	try {
		await run`npm pack --pack-destination ${work} ${wanted}`;
		const archive = path.join(work, `${wanted.replace('@', '-')}.tgz`);
		await requireIntegrity(root, wanted, archive);
		await run`tar --extract --gzip --file ${archive} package/package.json package/bin/node`;
		await rm(target, {recursive: true, force: true});
		await rename(path.join(work, 'package'), target);
	} finally {
		await rm(work, {recursive: true, force: true});
	}
};

// npm checks a package against what the registry says; we check it against what was locked.
const requireIntegrity = async (root: string, wanted: string, archive: string): Promise<void> => {
	const lock = JSON.parse(await readFile(path.join(root, 'package-lock.json'), 'utf8'));
	const {integrity} = lock.packages[`node_modules/${wanted.split('@')[0]}`];
	const found = `sha512-${createHash('sha512')
		.update(await readFile(archive))
		.digest('base64')}`;
	if (found !== integrity) {
		throw new Error(`fetching ${wanted}: it is ${found}, and package-lock.json has ${integrity}`);
	}
};
