import test from 'ava';
import fc from 'fast-check';
import {decodeBase45, encodeBase45} from '../../src/certificate/base45.ts';

// RFC 9285, sections 4.3 and 4.4.
for (const [plain, encoded] of [
	['AB', 'BB8'],
	['Hello!!', '%69 VD92EX0'],
	['base-45', 'UJCLQE7W581'],
	['ietf!', 'QED8WEX0'],
	['', ''],
] as const) {
	test(`"${plain}" is "${encoded}", as in the RFC`, t => {
		t.is(encodeBase45(Buffer.from(plain)), encoded);
		t.is(Buffer.from(decodeBase45(encoded) ?? []).toString(), plain);
	});
}

for (const wrong of ['GGW', ':::', 'A', 'BB8A', 'bb8', '::', '€00']) {
	test(`"${wrong}" is no base45`, t => {
		t.is(decodeBase45(wrong), undefined);
	});
}

test('any bytes come back', t => {
	fc.assert(
		fc.property(fc.uint8Array({maxLength: 100}), bytes => {
			t.deepEqual(decodeBase45(encodeBase45(bytes)), bytes);
		}),
	);
});
