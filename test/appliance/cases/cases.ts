import {createServer} from 'node:net';
import type {Stock} from './boot.ts';
import {eraseByHand} from './by-hand.ts';
import type {CaseResult} from './checks.ts';
import {eraseFromWithin} from './erase.ts';
import {formatNamespace} from './nvme-format.ts';
import {losePower} from './power-loss.ts';
import {atConsole, closingTerminal, losingSsh, pressingControlC} from './starts.ts';
import {type SystemName, systemNames, systems} from './systems.ts';
import {eraseBadSectors} from './write-errors.ts';

export interface Case {
	readonly name: string;
	/** The row and column of the table that its figures go into; `second`: that of the disks besides the system's. */
	readonly system: SystemName;
	readonly column: 'byHand' | 'ours' | 'second';
	/** Differs from the plain run in this. */
	readonly disturbance?: string;
	run(stock: Stock, directory: string): Promise<CaseResult>;
}

const plain = systemNames.flatMap((system): readonly Case[] => [
	{
		name: system,
		system,
		column: 'ours',
		run: (stock, directory) => eraseFromWithin(stock, systems[system], directory, atConsole),
	},
	{
		name: `${system}-by-hand`,
		system,
		column: 'byHand',
		run: (stock, directory) => eraseByHand(stock, systems[system], directory),
	},
]);

const disturbed: readonly Case[] = [
	{
		name: 'ssh-killed',
		system: 'bare',
		column: 'ours',
		disturbance: 'ssh session killed',
		async run(stock, directory) {
			const sshPort = await freePort();
			const start = losingSsh(stock.images.sshKey, sshPort);
			return eraseFromWithin(stock, systems.bare, directory, start, {sshPort});
		},
	},
	{
		name: 'terminal-closed',
		system: 'gpt',
		column: 'ours',
		disturbance: 'terminal closed',
		run: (stock, directory) => eraseFromWithin(stock, systems.gpt, directory, closingTerminal),
	},
	{
		name: 'control-c',
		system: 'bare',
		column: 'ours',
		disturbance: 'Ctrl-C after the commit point',
		run: (stock, directory) => eraseFromWithin(stock, systems.bare, directory, pressingControlC),
	},
];

const erasers = ['dd', 'direct'] as const;

const onSecondDisk: readonly Case[] = erasers.flatMap((eraser): readonly Case[] => [
	{
		name: `eio-${eraser}`,
		system: 'bare',
		column: 'second',
		disturbance: `bad sectors, ${eraser}`,
		run: (stock, directory) => eraseBadSectors(stock, systems.bare, directory, eraser),
	},
	{
		name: `power-loss-${eraser}`,
		system: 'bare',
		column: 'second',
		disturbance: `power loss, ${eraser}`,
		run: (stock, directory) => losePower(stock, systems.bare, directory, eraser),
	},
]);

const byItself: readonly Case[] = [
	{
		name: 'nvme-format',
		system: 'bare',
		column: 'second',
		disturbance: 'purge, nvme-format',
		run: (stock, directory) => formatNamespace(stock, systems.bare, directory),
	},
];

export const cases: readonly Case[] = [...plain, ...disturbed, ...onSecondDisk, ...byItself];

const freePort = async (): Promise<number> => {
	const server = createServer();
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	await new Promise(resolve => server.close(resolve));
	if (address === null || typeof address === 'string') {
		throw new Error('no free port on the loopback');
	}

	return address.port;
};
