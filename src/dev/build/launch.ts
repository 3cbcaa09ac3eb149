import path from 'node:path';
import {getAssetKeys, getRawAsset} from 'node:sea';
import {codeCacheAsset, programAsset} from './assets.ts';
import {compile, start} from './compiled.ts';

/*
What an executable begins with. Node has a code cache of its own for that, but without the functions that nobody had called when it was made: each run would compile them.
*/
const codeCache = getAssetKeys().includes(codeCacheAsset)
	? new Uint8Array(getRawAsset(codeCacheAsset))
	: undefined;

start(
	compile(Buffer.from(getRawAsset(programAsset)).toString('latin1'), codeCache),
	require,
	path.dirname(process.execPath),
);
