import {createPublicKey, generateKeyPairSync} from 'node:crypto';
import test from 'ava';
import {calculateJwkThumbprint} from 'jose';
import {describeKey, keyIdPattern, publicPem, readPublicKey} from '../../src/certificate/signing-key.ts';

test('the key id is the thumbprint of RFC 8037, appendix A.3', t => {
	const x = '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo';
	const key = createPublicKey({key: {kty: 'OKP', crv: 'Ed25519', x}, format: 'jwk'});
	t.is(describeKey(key).keyId, 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k');
});

test('it is the one that jose gives, of both halves alike', async t => {
	const {privateKey, publicKey} = generateKeyPairSync('ed25519');
	const {keyId} = describeKey(privateKey);
	t.is(keyId, await calculateJwkThumbprint(publicKey.export({format: 'jwk'}) as {kty: string}));
	t.deepEqual(describeKey(publicKey), describeKey(privateKey));
	t.regex(keyId, keyIdPattern);
});

test('a public key is read back from its text and from its PEM', t => {
	const {publicKey} = generateKeyPairSync('ed25519');
	const described = describeKey(publicKey);
	t.like(readPublicKey(described.publicKey), described);
	t.deepEqual(describeKey(createPublicKey(publicPem(described))), described);
});

test('any other text is no key, nor is the same one written in another way', t => {
	const {publicKey} = describeKey(generateKeyPairSync('ed25519').publicKey);
	const other = generateKeyPairSync('x25519').publicKey.export({type: 'spki', format: 'der'});
	for (const text of [
		...['', 'x', `${publicKey}A`, `${publicKey} `, publicKey.slice(0, -1), publicKey.replace('=', '==')],
		...[other.toString('base64'), publicKey.slice(4)],
	]) {
		t.is(readPublicKey(text), undefined, text);
	}
});

test('keys of other kinds are refused', t => {
	const {privateKey} = generateKeyPairSync('ec', {namedCurve: 'P-256'});
	t.throws(() => describeKey(privateKey), {instanceOf: TypeError});
});
