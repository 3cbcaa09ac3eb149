import path from 'node:path';
import {defineDestination} from './destination.ts';
import {type DiskAddress, parseDiskAddress} from './disk/address.ts';
import {requireSafePlace} from './disk/erased.ts';
import {compareFiles, folderFor, writeFiles} from './disk/files.ts';
import {type FileSystem, findAgain, findFileSystem} from './disk/find.ts';
import {whileMounted} from './disk/mounted.ts';
import {requireUnset} from './network/options.ts';

interface Place extends FileSystem, Readonly<Record<string, unknown>> {
	readonly directory: string;
}

export default defineDestination<DiskAddress, Place>({
	name: 'disk',
	summary: 'a second disk or USB stick, mounted only for the copy',
	forms: ['disk:LABEL=NAME[:/dir]', 'disk:UUID=ID[:/dir]', 'disk:/dev/sdb1[:/dir]'],
	prefixes: ['disk:'],
	parse(wish) {
		requireUnset(wish, 'method', 'ca');
		return parseDiskAddress(wish.to);
	},
	tools: () => ['blkid', 'mount', 'umount'],
	async look({name, directory}, surroundings) {
		const fileSystem = await findFileSystem(name, surroundings.tools);
		await requireSafePlace(fileSystem, surroundings);
		return {resolved: {...fileSystem, directory}, found: `${fileSystem.node}, ${fileSystem.type}`};
	},
	async deliver({directory, ...planned}, parcel, {tools, signal}) {
		const fileSystem = await findAgain(planned, tools);
		const folder = path.join(directory, folderFor(parcel));
		signal.throwIfAborted();
		const names = await whileMounted(fileSystem, tools, root => writeFiles(root, folder, parcel.files));
		signal.throwIfAborted();
		// Mounted anew, it is read from the media, not from what is still in memory.
		await whileMounted(fileSystem, tools, root => compareFiles(path.join(root, folder), names, parcel.files));
		return `${folder} on ${fileSystem.node}`;
	},
});
