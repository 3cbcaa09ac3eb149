import test from 'ava';
import {parseTarget} from '../../src/devices/target.ts';

for (const [text, scheme, path] of [
	['/dev/sda', 'block', '/dev/sda'],
	['/dev/disk/by-path/pci-0000:00:1f.2-ata-1', 'block', '/dev/disk/by-path/pci-0000:00:1f.2-ata-1'],
	['disk.img', 'block', 'disk.img'],
	['./loop:disk.img', 'block', './loop:disk.img'],
	['loop:disk.img', 'loop', 'disk.img'],
	['file:/var/images/a b.img', 'file', '/var/images/a b.img'],
	['file:loop:x', 'file', 'loop:x'],
] as const) {
	test(`'${text}' is ${scheme} with the path '${path}'`, t => {
		t.deepEqual(parseTarget(text), {scheme, target: text, path});
	});
}

for (const text of ['', '  ', 'loop:', 'file:', '/dev/\0sda']) {
	test(`${JSON.stringify(text)} names no device`, t => {
		const error = t.throws(() => parseTarget(text), {code: 'USAGE'});
		t.regex(error?.message ?? '', /^reading the device/);
	});
}
