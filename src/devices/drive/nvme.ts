import * as v from 'valibot';
import type {HiddenArea, NvmeFacts} from '../drive.ts';
import {type Asking, ask, foundIn, type Learnt, unknownIn} from './ask.ts';
import {integer, parseAs} from './json.ts';
import {findNamespaces, type NvmeNamespaces} from './nvme-namespaces.ts';
import {parseSanitizeLog} from './nvme-sanitize-log.ts';
import type {DriveReading} from './reading.ts';

/** Asks the controller and the namespace, with `nvme` of nvme-cli. */
export const readNvme = async (
	asking: Asking,
	{deviceNumber, root}: {readonly deviceNumber: string; readonly root: string},
): Promise<DriveReading> => {
	const {node} = asking;
	const run = async <Value>(args: readonly string[], understand: (text: string) => Value) =>
		ask(asking, ['nvme', ...args, '--output-format=json'], ({stdout}) => understand(stdout));
	const [kernel, controller, namespace, {attached, all}, sanitizeLog] = await Promise.all([
		findNamespaces(deviceNumber, root),
		run(['id-ctrl', node], parseController),
		run(['id-ns', node], parseNamespace),
		listNamespaces(asking),
		run(['sanitize-log', node], parseSanitizeLog),
	]);
	if ('why' in controller) {
		return {unknown: unknownIn('nvme', controller)};
	}

	const {sanitize, hiddenAreas, managesNamespaces, ...facts} = controller.found;
	const hasSanitize = sanitize.cryptoErase || sanitize.blockErase || sanitize.overwrite;
	const sanitizeStatus = hasSanitize ? foundIn(sanitizeLog) : undefined;
	return {
		nvme: {
			...facts,
			sanitize,
			controller: kernel.controller,
			namespaceId: kernel.own,
			otherNamespaces: others(kernel, [...(foundIn(attached) ?? []), ...(foundIn(all) ?? [])]),
			writeProtected: null,
			...foundIn(namespace),
			...(sanitizeStatus && {sanitizeStatus}),
		},
		hiddenAreas,
		unknown: [
			...unknownIn('namespace', namespace),
			...unknownIn('namespaces', attached),
			...(managesNamespaces && 'found' in attached ? unknownIn('namespaces', all) : []),
			...(hasSanitize ? unknownIn('sanitize-status', sanitizeLog) : []),
		],
	};
};

/** Numbers of the namespaces that the drive has. `all`: also those that no host has attached; drives without Namespace Management do not know the question. */
export const listNamespaces = async (
	asking: Asking,
): Promise<{readonly attached: Learnt<readonly number[]>; readonly all: Learnt<readonly number[]>}> => {
	const list = async (...more: readonly string[]) =>
		ask(asking, ['nvme', 'list-ns', asking.node, ...more, '--output-format=json'], ({stdout}) =>
			parseNamespaceList(stdout),
		);
	const [attached, all] = await Promise.all([list(), list('--all')]);
	return {attached, all};
};

const others = ({own, shown}: NvmeNamespaces, listed: readonly number[]): NvmeFacts['otherNamespaces'] =>
	[...new Set([...listed, ...shown.keys()])]
		.filter(id => id !== own)
		.sort((a, b) => a - b)
		.map(id => ({id, path: shown.get(id) ?? null}));

type Controller = Pick<NvmeFacts, 'sanitize' | 'format' | 'securityCommands'> & {
	readonly hiddenAreas: readonly HiddenArea[];
	/** OACS bit 3. */
	readonly managesNamespaces: boolean;
};

const controllerSchema = v.looseObject({
	oacs: integer,
	sanicap: integer,
	fna: integer,
	unvmcap: v.optional(integer),
});

const has = (register: number, bit: number): boolean => ((register >> bit) & 1) === 1;

/** `nvme id-ctrl` as JSON. @throws NotUnderstood. */
export const parseController = (text: string): Controller => {
	const {oacs, sanicap, fna, unvmcap = 0} = parseAs(controllerSchema, text);
	return {
		sanitize: {
			cryptoErase: has(sanicap, 0),
			blockErase: has(sanicap, 1),
			overwrite: has(sanicap, 2),
			noDeallocateInhibited: has(sanicap, 29),
		},
		format: {
			supported: has(oacs, 1),
			formatsAllNamespaces: has(fna, 0),
			erasesAllNamespaces: has(fna, 1),
			cryptoErase: has(fna, 2),
		},
		securityCommands: has(oacs, 0),
		managesNamespaces: has(oacs, 3),
		hiddenAreas: unvmcap > 0 ? [{area: 'unallocated', bytes: unvmcap}] : [],
	};
};

const namespaceSchema = v.looseObject({
	flbas: integer,
	// Before NVMe 1.4 there was no such byte.
	nsattr: v.optional(integer, 0),
	lbafs: v.array(v.looseObject({ms: integer, ds: integer})),
});

/** `nvme id-ns` as JSON. @throws NotUnderstood. */
export const parseNamespace = (
	text: string,
): Pick<NvmeFacts, 'lbaFormat'> & {readonly writeProtected: boolean} => {
	const {flbas, nsattr, lbafs} = parseAs(namespaceSchema, text);
	// Bits 3:0, and of a namespace with more than 16 formats bits 6:5 above them.
	const index = (flbas & 0xf) | (lbafs.length > 16 ? (flbas & 0x60) >> 1 : 0);
	const format = lbafs[index];
	return {
		writeProtected: has(nsattr, 0),
		...(format && {lbaFormat: {index, dataBytes: 2 ** format.ds, metadataBytes: format.ms}}),
	};
};

const listSchema = v.looseObject({nsid_list: v.array(v.looseObject({nsid: integer}))});

/** `nvme list-ns` as JSON. @throws NotUnderstood. */
export const parseNamespaceList = (text: string): readonly number[] =>
	parseAs(listSchema, text).nsid_list.map(({nsid}) => nsid);
