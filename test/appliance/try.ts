import {mkdtemp} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {parseArgs} from 'node:util';
import {bootSystem} from './cases/boot.ts';
import {copyLine, logIn, runCommand} from './cases/operator.ts';
import {provideStock} from './cases/stock.ts';
import {type SystemName, systemNames, systems} from './cases/systems.ts';
import {countNonZeroBlocks} from './outside/blocks.ts';

/*
 * For developers: boots one system, logs in, copies the program, types the given lines one after another, each
 * as soon as the console is still for some seconds, and shows the console until the guest ends.
 *
 *   node test/appliance/try.ts [--seconds 900] [--executable FILE] LAYOUT LINE…
 */
const {values, positionals} = parseArgs({
	options: {seconds: {type: 'string', default: '900'}, executable: {type: 'string', default: 'dist/zeroize'}},
	allowPositionals: true,
});
const [name, ...lines] = positionals;
const isSystem = (text: string | undefined): text is SystemName => systemNames.includes(text as SystemName);
if (!isSystem(name)) {
	throw new Error(`the first argument is one of ${systemNames.join(', ')}`);
}

const say = (text: string): void => void process.stderr.write(`${text}\n`);
const directory = await mkdtemp(path.join(tmpdir(), 'appliance-'));
say(`the guest's files, its console.log among them, are in ${directory}`);
const stock = await provideStock(directory, values.executable, say);
await using guest = await bootSystem(stock, systems[name], path.join(directory, name));
await logIn(guest.console);
await runCommand(guest.console, copyLine);

const quietMs = 3000;
const follow = async (until: () => boolean): Promise<void> => {
	for (let changedAtMs = performance.now(), shown = -1; !until(); await delay(200)) {
		const text = await guest.console.shown();
		if (shown >= 0 && text.length > shown) {
			process.stdout.write(text.slice(shown));
			changedAtMs = performance.now();
		}

		shown = text.length;
		isStill = performance.now() - changedAtMs > quietMs;
	}
};
let isStill = false;
for (const line of lines) {
	await guest.console.type(line);
	isStill = false;
	await follow(() => isStill);
}

let ending: string | undefined;
const ended = guest.ended(Number(values.seconds) * 1000).then(reason => {
	ending = reason ?? 'still running: its plug is pulled';
});
await follow(() => ending !== undefined);
await ended;
say(`\nending: ${ending}; blocks that are not zero: ${await countNonZeroBlocks(guest.disk)}`);
