import {isWithin, type Mount, readMounts} from '../../devices/facts/mounts.ts';
import {disksBehindMount} from '../../devices/facts/system-disk.ts';
import {type SanitizeError, toSanitizeError} from '../../errors.ts';
import {type Attempt, attempt, type Freeing, notDone} from './freeing.ts';
import {usersOf} from './users.ts';

// What was written is written out first: minutes, on a slow disk.
const timeoutMs = 300_000;

const networkFileSystems = /^(?:nfs|cifs|smb|9p|ceph|afs)/;

/**
Mounts that have to go, in the order in which they can: all of the old system, wherever it is from; all that stands on the disks; and pinned namespaces, which may have mounts of their own. Deepest first, and of those on one place the latest first.
*/
export const mountsToGo = async (freeing: Freeing): Promise<readonly Mount[]> => {
	const mounts = await readMounts(freeing.root);
	const isToGo = await Promise.all(mounts.map(async mount => mustGo(mount, mounts, freeing)));
	return mounts
		.map((mount, index) => ({mount, index}))
		.filter(({index}) => isToGo[index])
		.sort((a, b) => depthOf(b.mount) - depthOf(a.mount) || b.index - a.index)
		.map(({mount}) => mount);
};

const mustGo = async (mount: Mount, mounts: readonly Mount[], freeing: Freeing): Promise<boolean> => {
	const {oldRoot, deviceNumbers, keep = []} = freeing;
	if (keep.includes(mount.mountPoint)) {
		return false;
	}

	if (isWithin(mount.mountPoint, oldRoot) || mount.fileSystem === 'nsfs') {
		return true;
	}

	const disks = await disksBehindMount(mount, mounts, freeing);
	return disks.some(number => deviceNumbers.includes(number));
};

const depthOf = ({mountPoint}: Mount): number => mountPoint.split('/').filter(name => name !== '').length;

/** Unmounts each once. Never lazily: what nobody sees any more goes on writing. */
export const unmountAll = async (freeing: Freeing): Promise<readonly Attempt[]> => {
	const attempts: Attempt[] = [];
	const failed: string[] = [];
	for (const mount of await mountsToGo(freeing)) {
		const done = await attempt(nameOf(mount), async () => unmount(mount, failed, freeing), freeing.tell);
		attempts.push(done);
		if (done.reason !== null) {
			failed.push(mount.mountPoint);
		}
	}

	return attempts;
};

const nameOf = ({mountPoint, source, fileSystem}: Mount): string =>
	`${mountPoint} (${fileSystem} of ${source})`;

const unmount = async (mount: Mount, failed: readonly string[], freeing: Freeing): Promise<string> => {
	const {mountPoint, fileSystem} = mount;
	if (mountPoint === '/') {
		throw notDone('it is the root that this program runs in');
	}

	// No look at the path: a server or automounter that is gone would not answer.
	const force = networkFileSystems.test(fileSystem) ? ['--force'] : [];
	try {
		await freeing.tools.run('umount', ['--no-canonicalize', ...force, mountPoint], {timeoutMs});
	} catch (error) {
		throw await explain(mount, failed, freeing, toSanitizeError(error));
	}

	return `unmounted ${nameOf(mount)}`;
};

const explain = async (
	mount: Mount,
	failed: readonly string[],
	{root}: Freeing,
	error: SanitizeError,
): Promise<SanitizeError> => {
	const below = failed.find(place => place !== mount.mountPoint && isWithin(place, mount.mountPoint));
	const users = /busy/.test(error.message) ? await usersOf(mount, await readMounts(root), root) : [];
	if (users.length > 0) {
		return notDone(`in use by ${users.join(', ')}`);
	}

	return below === undefined ? error : notDone(`${below} is still mounted`);
};
