import {foundIn, unknownIn} from '../../devices/drive/ask.ts';
import {listNamespaces} from '../../devices/drive/nvme.ts';
import {SanitizeError} from '../../errors.ts';
import type {EraseContext} from '../eraser.ts';
import {namespaceObstacle} from './obstacle.ts';

const timeoutMs = 30_000;

/**
Looks for other namespaces once more, for commands that hit them all: there may be one since the plan was made and confirmed.
@throws SanitizeError UNSUPPORTED: nothing was done.
*/
export const requireAlone = async (
	name: string,
	{device: {facts}, tools}: Pick<EraseContext, 'device' | 'tools'>,
	node: string,
): Promise<void> => {
	const {drive} = facts;
	if (!drive?.nvme) {
		return;
	}

	const {attached, all} = await listNamespaces({tools, node, timeoutMs});
	const {namespaceId, otherNamespaces} = drive.nvme;
	const ids = new Set([...(foundIn(attached) ?? []), ...(foundIn(all) ?? [])]);
	const known = otherNamespaces.map(({id}) => id);
	const others = [...ids].filter(id => id !== namespaceId && !known.includes(id));
	const obstacle = namespaceObstacle(
		{...drive.nvme, otherNamespaces: [...otherNamespaces, ...others.map(id => ({id, path: null}))]},
		{...drive, unknown: [...drive.unknown, ...unknownIn('namespaces', attached)]},
	);
	if (obstacle !== undefined) {
		throw new SanitizeError('UNSUPPORTED', `${name} on ${facts.path}: ${obstacle}`, {
			hint: 'nothing was done; see: zeroize devices, then start a new run',
		});
	}
};
