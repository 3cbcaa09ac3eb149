import path from 'node:path';
import {SanitizeError} from '../../errors.ts';

/** A file system by its label or UUID, or a device by its node. */
export type DiskName =
	| {readonly tag: 'LABEL' | 'UUID'; readonly value: string}
	| {readonly tag: 'node'; readonly value: string};

export interface DiskAddress {
	readonly name: DiskName;
	/** Directory on it, from its root: `/` or `/records`. */
	readonly directory: string;
}

// Node names and labels may have colons in them, but hardly one before a slash.
const form = /^disk:(?:(?<tag>LABEL|UUID)=(?<value>.+?)|(?<node>\/dev\/.+?))(?::(?<directory>\/.*))?$/i;

/**
`disk:LABEL=EVIDENCE`, `disk:UUID=…`, `disk:/dev/sdb1`; each with `:/dir` behind it for a directory.
@throws SanitizeError USAGE.
*/
export const parseDiskAddress = (to: string): DiskAddress => {
	const {tag, value, node, directory = '/'} = form.exec(to)?.groups ?? {};
	const isUnclear = /\p{Cc}/u.test(to) || directory.split('/').includes('..');
	if (isUnclear || (value === undefined && node === undefined)) {
		throw new SanitizeError('USAGE', `${JSON.stringify(to)} names no disk`, {
			hint: 'write it as disk:LABEL=EVIDENCE, disk:UUID=… or disk:/dev/sdb1; for a directory on it disk:LABEL=EVIDENCE:/records',
		});
	}

	const name: DiskName =
		value === undefined
			? {tag: 'node', value: node ?? ''}
			: {tag: tag?.toUpperCase() === 'UUID' ? 'UUID' : 'LABEL', value};
	return {name, directory: path.posix.normalize(directory).replace(/(.)\/$/, '$1')};
};
