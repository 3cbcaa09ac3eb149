import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {
	parseController,
	parseNamespace,
	parseNamespaceList,
	readNvme,
} from '../../../src/devices/drive/nvme.ts';
import {parseSanitizeLog} from '../../../src/devices/drive/nvme-sanitize-log.ts';
import {askingWith, capture, testReader} from '../../_helpers/drive.ts';
import {temporaryDirectory} from '../../_helpers/fake-tools.ts';
import {writeTree} from '../../_helpers/surroundings.ts';

const nowhere = {deviceNumber: '259:0', root: '/nonexistent'};

testReader('nvme', {tools: ['nvme'], what: 'nvme', read: async asking => readNvme(asking, nowhere)});

/** The tree of /sys of the guest that was captured: two namespaces of one controller. */
const tree = async (t: ExecutionContext): Promise<string> => {
	const root = await temporaryDirectory(t);
	const controller = 'sys/devices/pci0000:00/0000:00:02.0/nvme/nvme0';
	await writeTree(root, {
		[`${controller}/nvme0n1/nsid`]: '1\n',
		[`${controller}/nvme0n2/nsid`]: '2\n',
		[`${controller}/model`]: 'QEMU NVMe Ctrl\n',
		'sys/dev/block/259:0': `-> ${join(root, controller, 'nvme0n1')}`,
	});
	return root;
};

const answers = async (drive: string, log: string) => {
	const list = await capture(`nvme-2.3-list-ns-${drive === 'plain' ? 'qemu' : drive}`);
	return [
		{args: 'id-ctrl *', stdout: await capture(`nvme-2.3-id-ctrl-${drive}`)},
		{args: 'id-ns *', stdout: await capture(`nvme-2.3-id-ns-${drive}`)},
		{args: 'list-ns *', stdout: list},
		log === 'unsupported'
			? {
					args: 'sanitize-log *',
					stderr: await capture('nvme-2.3-sanitize-log-unsupported-stderr'),
					exitCode: 1,
				}
			: {args: 'sanitize-log *', stdout: await capture(`nvme-2.3-sanitize-log-${log}`)},
	];
};

test('a drive with every capability, one of three namespaces, sanitizing itself', async t => {
	const root = await tree(t);
	const asking = await askingWith(t, {nvme: await answers('full', 'running')});
	t.deepEqual(await readNvme(asking, {deviceNumber: '259:0', root}), {
		nvme: {
			controller: '/dev/nvme0',
			namespaceId: 1,
			otherNamespaces: [
				{id: 2, path: '/dev/nvme0n2'},
				{id: 7, path: null},
			],
			sanitize: {cryptoErase: true, blockErase: true, overwrite: true, noDeallocateInhibited: true},
			format: {supported: true, formatsAllNamespaces: false, erasesAllNamespaces: false, cryptoErase: true},
			securityCommands: true,
			lbaFormat: {index: 1, dataBytes: 4096, metadataBytes: 0},
			writeProtected: true,
			sanitizeStatus: {
				state: 'running',
				progress: 19_661 / 65_536,
				completedPasses: 0,
				globalDataErased: false,
				estimates: {overwriteSeconds: null, blockEraseSeconds: 30, cryptoEraseSeconds: 2},
			},
		},
		hiddenAreas: [{area: 'unallocated', bytes: 107_374_182_400}],
		unknown: [],
	});
});

test('a drive without Sanitize, as QEMU has it: that the log is refused is no gap', async t => {
	const asking = await askingWith(t, {nvme: await answers('qemu', 'unsupported')});
	const {nvme, unknown, hiddenAreas} = await readNvme(asking, nowhere);
	t.deepEqual([unknown, hiddenAreas], [[], []]);
	t.deepEqual(nvme?.sanitize, {
		cryptoErase: false,
		blockErase: false,
		overwrite: false,
		noDeallocateInhibited: false,
	});
	t.like(nvme, {controller: null, namespaceId: null, securityCommands: false, writeProtected: false});
	t.is(nvme?.sanitizeStatus, undefined);
	t.deepEqual(nvme?.lbaFormat, {index: 0, dataBytes: 512, metadataBytes: 0});
	t.true(nvme?.format.supported);
});

test('a drive that formats all namespaces at once', async t => {
	const {format} = parseController(await capture('nvme-2.3-id-ctrl-plain'));
	t.deepEqual(format, {
		supported: true,
		formatsAllNamespaces: true,
		erasesAllNamespaces: true,
		cryptoErase: false,
	});
});

test('what one command does not tell is a gap, and the rest is known', async t => {
	const [controller] = await answers('full', 'done');
	const asking = await askingWith(t, {nvme: controller ? [controller] : []});
	const {nvme, unknown = []} = await readNvme(asking, nowhere);
	t.true(nvme?.sanitize.blockErase);
	t.is(nvme?.writeProtected, null);
	t.is(nvme?.lbaFormat, undefined);
	t.is(nvme?.sanitizeStatus, undefined);
	t.deepEqual(
		unknown.map(({what}) => what),
		['namespace', 'namespaces', 'sanitize-status'],
	);
});

const states = {
	'nvme-2.3-sanitize-log-running': {state: 'running', completedPasses: 0},
	'nvme-2.x-sanitize-log-running': {state: 'running', completedPasses: 0},
	'nvme-2.11-sanitize-log-running': {state: 'running', completedPasses: 0},
	'nvme-2.3-sanitize-log-done': {state: 'done', globalDataErased: true},
	'nvme-2.3-sanitize-log-failed': {state: 'failed', completedPasses: 3, globalDataErased: false},
	'nvme-2.3-sanitize-log-never': {state: 'never', globalDataErased: true},
} as const;

for (const [name, expected] of Object.entries(states)) {
	test(`the state of the last sanitize: ${name}`, async t => {
		const status = parseSanitizeLog(await capture(name));
		t.like(status, expected);
		t.is(status.progress, expected.state === 'running' ? 19_661 / 65_536 : undefined);
		t.is(status.estimates.overwriteSeconds, expected.state === 'failed' ? 3600 : null);
	});
}

test('the register itself, without the name of the device', t => {
	t.like(parseSanitizeLog('{"sprog":32768,"sstat":"0x11a"}'), {
		state: 'running',
		progress: 0.5,
		completedPasses: 3,
		globalDataErased: true,
	});
	t.is(parseSanitizeLog('{"sprog":65535,"sstat":4}').state, 'done');
});

for (const text of [
	'{"sprog":1}',
	'{"nvme0":{"sprog":1,"sstat":{}}}',
	'{"nvme0":{"sprog":1,"sstat":{"status":"done"}}}',
	'{"sprog":1,"sstat":6}',
	'{"sprog":"many","sstat":1}',
]) {
	test(`a log that leaves the state open is not understood: ${text}`, t => {
		t.throws(() => parseSanitizeLog(text));
	});
}

test('a register that is missing is not taken for zero', async t => {
	const controller = JSON.parse(await capture('nvme-2.3-id-ctrl-full'));
	for (const register of ['sanicap', 'fna', 'oacs']) {
		t.throws(() => parseController(JSON.stringify({...controller, [register]: undefined})), {
			message: new RegExp(register),
		});
	}
});

test('more than 16 formats', t => {
	const lbafs = Array.from({length: 18}, (_, index) => ({ms: index, ds: 9}));
	t.is(parseNamespace(JSON.stringify({flbas: 0x21, lbafs})).lbaFormat?.index, 17);
	t.is(parseNamespace(JSON.stringify({flbas: 0x21, lbafs: lbafs.slice(0, 2)})).lbaFormat?.index, 1);
	t.is(parseNamespace(JSON.stringify({flbas: 5, lbafs: []})).lbaFormat, undefined);
});

test('the list of namespaces', async t => {
	t.deepEqual(parseNamespaceList(await capture('nvme-2.3-list-ns-full')), [1, 2, 7]);
});
