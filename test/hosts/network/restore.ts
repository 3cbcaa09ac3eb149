import test from 'ava';
import {restoreNetwork} from '../../../src/hosts/network/restore.ts';
import {snapshotNetwork} from '../../../src/hosts/network/snapshot.ts';
import {failure} from '../../_helpers/failure.ts';
import {isRoot} from '../../_helpers/loop.ts';
import {createNetwork} from '../../_helpers/namespaces.ts';
import {answering} from '../../_helpers/surroundings.ts';

const real = isRoot ? test : test.skip;

real('a network that was taken down is what it was, and carries a connection again', async t => {
	const {tools, ip, ask} = await createNetwork(t);
	const before = await snapshotNetwork(tools);
	t.deepEqual(JSON.parse(JSON.stringify(before)), before);
	t.is(await ask('198.51.100.1'), 'hello');

	// As ifupdown does when emergency mode stops it.
	await ip('address flush dev eth0');
	await ip('link set eth0 down');
	await t.throwsAsync(ask('198.51.100.1'));

	t.deepEqual(await restoreNetwork(tools, before), {troubles: []});
	t.is(await ask('198.51.100.1'), 'hello');
	t.is(await ask('2001:db8::1'), 'hello');
	t.deepEqual(await snapshotNetwork(tools), before);
});

real('restoring what is there already changes nothing', async t => {
	const {tools, ask} = await createNetwork(t);
	const before = await snapshotNetwork(tools);
	t.like(
		before.interfaces.find(({name}) => name === 'eth0'),
		{
			hasCarrier: true,
			addresses: [
				{family: 'inet', local: '192.0.2.2', prefixLength: 24, peer: null, broadcast: '192.0.2.255'},
				{family: 'inet6', local: '2001:db8::2', prefixLength: 64, peer: null, broadcast: null},
			],
		},
	);
	t.is(before.routes.length, 3);
	t.deepEqual(await restoreNetwork(tools, before), {troubles: []});
	t.deepEqual(await snapshotNetwork(tools), before);
	t.is(await ask('198.51.100.1'), 'hello');
});

real('an interface that is gone, or has no link, is told of; the others come back', async t => {
	const {tools, ip, ask} = await createNetwork(t);
	await ip('link add eth1 type veth peer name eth2');
	await ip('link set eth1 up');
	await ip('link set eth2 up');
	await ip('address add 10.5.0.2/24 dev eth1');
	const before = await snapshotNetwork(tools);
	await ip('link delete eth1');
	await ip('address flush dev eth0');
	await ip('link set eth0 down');
	const {troubles} = await restoreNetwork(tools, before);
	t.regex(troubles.join('\n'), /^ip link set dev eth1 up: ip failed .*Cannot find device/m);
	t.regex(troubles.join('\n'), /^eth1 has no link after 10 s$/m);
	t.true(
		troubles.every(trouble => /eth[12]/.test(trouble)),
		troubles.join('\n'),
	);
	t.is(await ask('198.51.100.1'), 'hello');
});

test('an ip that cannot do JSON is named', async t => {
	const error = await failure(t, snapshotNetwork(answering({ip: '1: lo: <LOOPBACK,UP>'})));
	t.is(error.code, 'TOOL_FAILED');
	t.regex(error.message, /ip address show printed something that is not understood/);
	t.regex(error.hint ?? '', /iproute2 4\.13.*busybox/);
});
