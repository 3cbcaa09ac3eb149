import {readFileSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import path from 'node:path';
import {compile, start} from './compiled.ts';

/*
node warm-up.ts SCRIPT CACHE ARGUMENTS…: runs the bundled program and leaves what V8 has compiled by then.
*/
const [, , source = '', cache = '', ...args] = process.argv;
const script = compile(readFileSync(source, 'latin1'));
process.argv.splice(1, process.argv.length, source, ...args);
process.on('exit', () => writeFileSync(cache, script.createCachedData()));
// From here it finds the recipes.
start(script, createRequire(import.meta.url), path.join(import.meta.dirname, '../../commands/session'));
