import test from 'ava';
import {requireSameMedia} from '../../src/devices/identity.ts';
import {SanitizeError} from '../../src/errors.ts';
import {driveOf} from '../_helpers/drive-facts.ts';
import {deviceFacts} from '../_helpers/verify-device.ts';

test('a drive without a size may be at work, and the hint says so', t => {
	const before = deviceFacts({serial: 'SERIAL1', totalBytes: 4096});
	const hintFor = (totalBytes: number) => {
		const error = t.throws(() => requireSameMedia(before, {...before, totalBytes}), {
			instanceOf: SanitizeError,
		});
		t.is((error as SanitizeError).code, 'NOT_CONFIRMED');
		return (error as SanitizeError).hint ?? '';
	};
	t.regex(hintFor(0), /sanitizes itself may tell no size: wait .* then resume the run$/);
	t.regex(hintFor(8192), /^attach that one/);
	t.notThrows(() => requireSameMedia(before, {...before, deviceNumber: '8:16'}));
});

test('without a serial number the numbers are those of one start of the machine', t => {
	const before = deviceFacts({serial: null, bootId: 'one'});
	t.notThrows(() => requireSameMedia(before, {...before}));
	for (const now of [{bootId: 'two'}, {deviceNumber: '8:16'}, {diskSequence: '99'}]) {
		t.throws(() => requireSameMedia(before, {...before, ...now}), {message: / was \S+, is \S+$/});
	}

	const known = deviceFacts({serial: 'SERIAL1', bootId: 'one'});
	t.notThrows(() => requireSameMedia(known, {...known, bootId: 'two'}));
});

test('another drive in the same dock is another device, whatever serial number the dock gives it', t => {
	const behind = (serial: string | null) =>
		deviceFacts({
			serial: 'DOCK1',
			drive: driveOf({bridge: {model: 'Disk', serial, isHonest: false}}),
		});
	t.notThrows(() => requireSameMedia(behind('A'), behind('A')));
	for (const now of [behind('B'), behind(null), deviceFacts({serial: 'DOCK1', drive: driveOf({})})]) {
		const error = t.throws(() => requireSameMedia(behind('A'), now), {instanceOf: SanitizeError});
		t.is((error as SanitizeError).code, 'NOT_CONFIRMED');
		t.regex((error as SanitizeError).message, /behind the bridge was A, is/);
	}
});
