// Writes to an output and leaves with exit code 4, as an erase that failed would.
import {setTimeout as sleep} from 'node:timers/promises';
import {createOutput} from '../../src/output.ts';

const [lines = '10', lineBytes = '80', flushMs = '500', backlogBytes = '16777216'] = process.argv.slice(2);
const output = createOutput(1, {backlogBytes: Number(backlogBytes)});
const startedAtMs = performance.now();
for (let index = 0; index < Number(lines); index += 1) {
	output.write(`${index} ${'x'.repeat(Number(lineBytes))}\n`);
}

const wroteMs = performance.now() - startedAtMs;
await sleep(20);
const isFlushed = await output.flush(Number(flushMs));
const {isTTY, columns, rows, isClosed} = output;
process.stderr.write(
	JSON.stringify({isTTY, columns, rows, isClosed, isFlushed, wroteMs, rss: process.memoryUsage.rss()}),
);
process.exitCode = 4;
