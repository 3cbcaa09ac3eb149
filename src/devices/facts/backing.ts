import type {Tools} from '../../process.ts';
import {togetherByTools} from './together.ts';

/** What a loop device is attached to: names can be removed or stand in another mount namespace, inodes cannot. */
interface Backing {
	readonly node: string;
	/** Device number and inode of the file. */
	readonly inode: string;
}

// It asks every loop device, also one that hangs.
const timeoutMs = 10_000;

/** All attached loop devices, as losetup lists them; none where it cannot be asked, which takes root. */
export const listBackings = async (tools: Tools): Promise<readonly Backing[]> => listTogether(tools, 'all');

const listTogether = togetherByTools<'all', readonly Backing[]>(async (tools, questions) => {
	const backings = await askLosetup(tools);
	return questions.map(() => backings);
});

const askLosetup = async (tools: Tools): Promise<readonly Backing[]> => {
	try {
		const args = ['--list', '--json', '--output', 'NAME,BACK-INO,BACK-MAJ:MIN'];
		const {stdout} = await tools.run('losetup', args, {timeoutMs});
		return parseBackings(stdout);
	} catch {
		return [];
	}
};

// Who may not ask is told of nothing, the same nothing for all of them.
const known = /^\d+:\d+ [1-9]\d*$/;

const parseBackings = (text: string): readonly Backing[] => {
	const {loopdevices = []}: {loopdevices?: ReadonlyArray<Record<string, unknown>>} =
		text.trim() === '' ? {} : JSON.parse(text);
	return loopdevices
		.map(loop => ({
			node: String(loop['name']),
			inode: `${String(loop['back-maj:min']).trim()} ${String(loop['back-ino']).trim()}`,
		}))
		.filter(({inode}) => known.test(inode));
};

/** Loop devices on the same file as this loop device. */
export const siblingLoops = async (node: string, tools: Tools): Promise<readonly string[]> => {
	const backings = await listBackings(tools);
	const inode = backings.find(backing => backing.node === node)?.inode;
	return backings.filter(backing => backing.inode === inode && backing.node !== node).map(({node}) => node);
};
