import * as v from 'valibot';
import {SanitizeError} from '../../errors.ts';
import {jsonFlaw, parseJson} from '../../json.ts';
import type {Tools} from '../../process.ts';
import {shown} from '../../shown.ts';
import {cleanText} from './text.ts';
import {togetherByTools} from './together.ts';

/** One device of lsblk's tree, and below it its partitions and what stands on them. A device that stands on several appears under each. */
export interface BlockNode {
	/** `/dev/sda1`, `/dev/mapper/vg-root`. */
	readonly name: string;
	/** The kernel's name for it: `/dev/dm-0`. */
	readonly kernelName: string;
	readonly deviceNumber: string;
	readonly type: string;
	readonly totalBytes: number;
	readonly logicalSectorBytes: number | null;
	readonly physicalSectorBytes: number | null;
	readonly rotational: boolean | null;
	readonly readOnly: boolean;
	readonly transport: string | null;
	readonly vendor: string | null;
	readonly model: string | null;
	readonly serial: string | null;
	readonly wwn: string | null;
	readonly fileSystem: string | null;
	readonly label: string | null;
	readonly partitionTable: string | null;
	readonly mountPoints: readonly string[];
	readonly isSwap: boolean;
	readonly children: readonly BlockNode[];
}

const common =
	'NAME,KNAME,MAJ:MIN,TYPE,SIZE,LOG-SEC,PHY-SEC,ROTA,RO,TRAN,VENDOR,MODEL,SERIAL,WWN,FSTYPE,LABEL,PTTYPE';

/** Columns asked for; the second line is for util-linux before 2.37, which knows one mount point and no PATH. */
const columnSets = [`${common},PATH,MOUNTPOINTS`, `${common},MOUNTPOINT`];

/**
The tree of one device, or of all. Empty when lsblk knows no such device: an unattached loop device, for one.
@throws SanitizeError TOOL_MISSING, TOOL_FAILED.
*/
export const lsblk = async (tools: Tools, node?: string): Promise<BlockNode[]> =>
	node === undefined ? runLsblk(tools, []) : listTogether(tools, node);

/** Of several nodes each gets the trees of all of them. */
const listTogether = togetherByTools<string, BlockNode[]>(async (tools, nodes) => {
	const all = nodes.length > 1 ? await runLsblk(tools, nodes).catch(() => undefined) : undefined;
	return nodes.map(async node => all ?? runLsblk(tools, [node]));
});

const runLsblk = async (tools: Tools, nodes: readonly string[]): Promise<BlockNode[]> => {
	for (const columns of columnSets) {
		const args = ['--json', '--bytes', '--paths', '--output', columns, ...nodes];
		const {exitCode, stdout, stderr} = await tools.run('lsblk', args, {
			accept: [0, 1, 32, 64],
			timeoutMs: 30_000,
		});
		if (exitCode !== 1) {
			return parseLsblk(stdout);
		}

		if (!stderr.includes('unknown column')) {
			throw unusable(stderr.trim().split('\n').at(-1) ?? '');
		}
	}

	throw unusable('it is too old, util-linux 2.27 is needed');
};

/** @throws SanitizeError TOOL_FAILED when it is not what lsblk prints. */
export const parseLsblk = (text: string): BlockNode[] => {
	try {
		return v.parse(outputSchema, parseJson(text)).blockdevices.map(toNode);
	} catch (error) {
		const reason = v.isValiError(error)
			? `${v.getDotPath(error.issues[0]) ?? 'its output'}: ${error.issues[0].message}`
			: `its output: ${jsonFlaw(error)}`;
		throw unusable(reason, error);
	}
};

const unusable = (reason: string, cause?: unknown) =>
	new SanitizeError('TOOL_FAILED', `listing block devices: lsblk: ${shown(reason)}`, {
		hint: 'run lsblk --json by hand to see what it says',
		cause,
	});

// Before 2.33 every value is a string, also numbers and flags.
const text = v.nullish(v.string());
const integer = v.pipe(
	v.union([v.number(), v.pipe(v.string(), v.trim(), v.regex(/^\d+$/), v.transform(Number))]),
	v.safeInteger(),
	v.minValue(0),
);
const flag = v.union([
	v.boolean(),
	v.pipe(
		v.picklist(['0', '1']),
		v.transform(value => value === '1'),
	),
]);

interface RawNode extends v.InferOutput<typeof rawEntries> {
	readonly children?: RawNode[] | null | undefined;
}

const rawEntries = v.looseObject({
	name: v.string(),
	kname: text,
	'maj:min': v.pipe(v.string(), v.trim(), v.regex(/^\d+:\d+$/)),
	type: text,
	size: v.nullish(integer),
	'log-sec': v.nullish(integer),
	'phy-sec': v.nullish(integer),
	rota: v.nullish(flag),
	ro: v.nullish(flag),
	tran: text,
	vendor: text,
	model: text,
	serial: text,
	wwn: text,
	fstype: text,
	label: text,
	pttype: text,
	mountpoint: text,
	mountpoints: v.nullish(v.array(v.nullable(v.string()))),
});

const nodeSchema: v.GenericSchema<unknown, RawNode> = v.looseObject({
	...rawEntries.entries,
	children: v.nullish(v.array(v.lazy(() => nodeSchema))),
});

const outputSchema = v.looseObject({blockdevices: v.array(nodeSchema)});

const swapMark = '[SWAP]';

const toNode = (raw: RawNode): BlockNode => {
	const mounts = [...(raw.mountpoints ?? []), raw.mountpoint ?? null].filter(mount => mount !== null);
	return {
		name: raw.name,
		kernelName: raw.kname ?? raw.name,
		deviceNumber: raw['maj:min'],
		type: raw.type ?? 'unknown',
		totalBytes: raw.size ?? 0,
		logicalSectorBytes: raw['log-sec'] ?? null,
		physicalSectorBytes: raw['phy-sec'] ?? null,
		rotational: raw.rota ?? null,
		readOnly: raw.ro ?? false,
		transport: cleanText(raw.tran),
		vendor: cleanText(raw.vendor),
		model: cleanText(raw.model),
		serial: cleanText(raw.serial),
		wwn: cleanText(raw.wwn),
		fileSystem: cleanText(raw.fstype),
		label: cleanText(raw.label),
		partitionTable: cleanText(raw.pttype),
		mountPoints: mounts.filter(mount => mount !== swapMark && mount !== ''),
		isSwap: mounts.includes(swapMark),
		children: (raw.children ?? []).map(toNode),
	};
};
