import test from 'ava';
import type {DeviceFacts} from '../../../src/devices/device.ts';
import type {LuksFacts, LuksLayout} from '../../../src/devices/drive/luks-facts.ts';
import type {DriveFacts} from '../../../src/devices/drive.ts';
import luksErase from '../../../src/erasers/luks-erase.ts';
import {driveOf} from '../../_helpers/drive-facts.ts';
import {deviceFacts} from '../../_helpers/verify-device.ts';

const layout: LuksLayout = {
	keyArea: {offset: 32_768, length: 1_015_808},
	segments: [{type: 'crypt', cipher: 'aes-xts-plain64', isToEnd: true}],
	requirements: [],
};

const luks: LuksFacts = {
	version: 2,
	uuid: '9b05db6f-707f-4766-bda4-74c7739bf454',
	keySlots: [0],
	cipher: 'aes-xts-plain64',
	keyBits: 512,
	dataOffsetBytes: 1_048_576,
	layout,
};

const diskOf = (changes: Partial<LuksFacts> = {}, facts: Partial<DeviceFacts> = {}): DeviceFacts =>
	deviceFacts({
		kind: 'disk',
		totalBytes: 4 * 1024 ** 2,
		drive: driveOf({luks: {...luks, ...changes}}),
		...facts,
	});

const laidOut = (changes: Partial<LuksLayout>) => diskOf({layout: {...layout, ...changes}});

const segment = (changes: object) =>
	laidOut({segments: [{type: 'crypt', cipher: 'aes-xts-plain64', isToEnd: true, ...changes}]});

const withoutHeader = (drive: Partial<DriveFacts> = {}) => deviceFacts({drive: driveOf(drive)});

test('disks, partitions and loop devices whose header tells all', t => {
	for (const kind of ['disk', 'partition', 'loop'] as const) {
		t.deepEqual(luksErase.supports(diskOf({}, {kind})), {supported: true});
	}

	// After an erase that was interrupted there may be none.
	t.deepEqual(luksErase.supports(diskOf({keySlots: [], keyBits: null})), {supported: true});
});

test('what is not certain is not taken', t => {
	const {layout: _, ...old} = luks;
	for (const [facts, reason] of [
		[withoutHeader(), /no LUKS header of its own/],
		[
			withoutHeader({unknown: [{what: 'luks', why: 'cryptsetup is not installed'}]}),
			/not known: cryptsetup is not installed/,
		],
		[deviceFacts(), /no LUKS header of its own/],
		[diskOf({}, {kind: 'lvm'}), /underneath \(lvm\) may keep copies/],
		[diskOf({}, {readOnly: true}), /read-only/],
		[deviceFacts({drive: driveOf({luks: old})}), /where its keys stand is not known/],
		[laidOut({keyArea: null}), /where its keys stand is not known/],
		[laidOut({requirements: ['online-reencrypt-v2']}), /may leave data in clear: online-reencrypt-v2/],
		[laidOut({segments: []}), /not all of it is ciphertext of LUKS \(no segment\)/],
		[laidOut({segments: [...layout.segments, ...layout.segments]}), /\(crypt, crypt\)/],
		[segment({isToEnd: false}), /\(crypt of a fixed size\)/],
		[segment({type: 'hw-opal'}), /\(hw-opal\)/],
		[segment({cipher: 'cipher_null-ecb'}), /not encrypted \(cipher_null-ecb\)/],
		[segment({cipher: null}), /not encrypted \(no cipher\)/],
		[diskOf({keyBits: 128}), /key of 64 bits is too weak/],
		[diskOf({dataOffsetBytes: 0}), /data do not begin behind its header/],
		[diskOf({dataOffsetBytes: 8 * 1024 ** 2}), /data do not begin behind its header/],
		[diskOf({dataOffsetBytes: null}), /where its keys stand is not known/],
		[laidOut({keyArea: {offset: 32_768, length: 1000}}), /whole sectors/],
	] as const) {
		const support = luksErase.supports(facts);
		t.regex(support.supported ? 'supported' : support.reason, reason);
	}
});

test('it is a clear by cryptographic erase, and never chosen for a purge', t => {
	t.is(luksErase.method, 'clear');
	t.is(luksErase.technique, 'cryptographic-erase');
	t.deepEqual(luksErase.command(diskOf(), '/dev/sdz'), ['cryptsetup', 'erase', '--batch-mode', '/dev/sdz']);
});
