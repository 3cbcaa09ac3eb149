import {basename, dirname} from 'node:path';
import {listNames, readAttribute, sysfsDirectory} from '../facts/sysfs.ts';

export interface NvmeNamespaces {
	readonly controller: string | null;
	readonly own: number | null;
	/** The paths of all namespaces that the kernel shows, by their numbers. */
	readonly shown: ReadonlyMap<number, string>;
}

/** What the kernel knows of the drive that a namespace is on. A drive with several controllers stands in a directory of its subsystem, with links to them. */
export const findNamespaces = async (deviceNumber: string, root: string): Promise<NvmeNamespaces> => {
	const directory = await sysfsDirectory(deviceNumber, root);
	if (directory === null) {
		return {controller: null, own: null, shown: new Map()};
	}

	const parent = dirname(directory);
	const names = await listNames(parent);
	const isController = (name: string) => /^nvme\d+$/.test(name);
	const controller = isController(basename(parent)) ? basename(parent) : names.find(isController);
	const idOf = async (name: string): Promise<number | null> => {
		const text = await readAttribute(parent, name, 'nsid');
		return text === null ? null : Number(text);
	};
	const found = await Promise.all(
		names
			.filter(name => /^nvme\d+n\d+$/.test(name))
			.map(async name => ({id: await idOf(name), path: `/dev/${name}`})),
	);
	return {
		controller: controller === undefined ? null : `/dev/${controller}`,
		own: await idOf(basename(directory)),
		shown: new Map(found.flatMap(({id, path}) => (id === null ? [] : [[id, path] as const]))),
	};
};
