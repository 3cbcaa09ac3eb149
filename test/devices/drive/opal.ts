import test from 'ava';
import {parseOpal, readOpal} from '../../../src/devices/drive/opal.ts';
import {askingWith, capture, testReader} from '../../_helpers/drive.ts';
import {fakeTools, temporaryDirectory} from '../../_helpers/fake-tools.ts';
import {writeTree} from '../../_helpers/surroundings.ts';

const nvme = {root: '/nonexistent', isAta: false};

testReader('opal', {
	tools: ['sedutil-cli'],
	what: 'opal',
	read: async asking => readOpal({...asking, ...nvme}),
});

const base = {
	ssc: 'opal-2',
	lockingSupported: true,
	locked: false,
	mediaEncryption: true,
	shadowMbr: false,
} as const;

for (const [name, expected] of Object.entries({
	'locking-enabled': {...base, lockingEnabled: true},
	'not-enabled': {...base, lockingEnabled: false},
	// The text ends before the SSC is named. MBRDone: the shadow is off until the next start.
	'shadow-mbr': {...base, lockingEnabled: true, ssc: null},
})) {
	test(`a TCG drive: ${name}`, async t => {
		const asking = await askingWith(t, {'sedutil-cli': [{stdout: await capture(`sedutil-query-${name}`)}]});
		t.deepEqual(await readOpal({...asking, ...nvme}), {opal: expected});
	});
}

test('a shadow MBR that is shown, a range that is locked', async t => {
	const text = await capture('sedutil-query-shadow-mbr');
	t.like(parseOpal(text.replace('MBRDone = Y', 'MBRDone = N').replace('Locked = N', 'Locked = Y')), {
		shadowMbr: true,
		locked: true,
	});
});

test('a drive without TCG', async t => {
	const stderr = await capture('sedutil-query-unsupported');
	const asking = await askingWith(t, {'sedutil-cli': [{stderr, exitCode: 1}]});
	t.deepEqual(await readOpal({...asking, ...nvme}), {});
});

test('an ATA drive that the kernel lets nobody ask is not asked, and not taken for one without', async t => {
	const root = await temporaryDirectory(t);
	await writeTree(root, {'sys/module/libata/parameters/allow_tpm': '0\n'});
	const {tools, calls} = await fakeTools(t, {'sedutil-cli': [{}]});
	const {opal, unknown = []} = await readOpal({tools, node: '/dev/sda', timeoutMs: 1000, root, isAta: true});
	t.is(opal, undefined);
	t.regex(unknown[0]?.why ?? '', /libata\.allow_tpm=1$/);
	t.deepEqual(await calls('sedutil-cli'), []);
	await writeTree(root, {'sys/module/libata/parameters/allow_tpm': '1\n'});
	await readOpal({tools, node: '/dev/sda', timeoutMs: 20_000, root, isAta: true});
	t.deepEqual(await calls('sedutil-cli'), ['--query /dev/sda']);
});
