import {countNonZeroBlocks} from '../outside/blocks.ts';
import {bootSystem, type Stock} from './boot.ts';
import {type CaseResult, secondsSince} from './checks.ts';
import {logIn, zeroizeByHand} from './operator.ts';
import type {System} from './systems.ts';

const powerOffMs = 60_000;

/** The documented steps on a fresh copy: they must leave something, or this test could not see it anywhere. */
export const eraseByHand = async (stock: Stock, system: System, directory: string): Promise<CaseResult> => {
	await using guest = await bootSystem(stock, system, directory);
	await logIn(guest.console);
	const startedAtMs = performance.now();
	const end = await zeroizeByHand(guest.console, system.device);
	const ending = await guest.ended(powerOffMs);
	const seconds = secondsSince(startedAtMs);
	// A guest that has overwritten its own programs may hang for good.
	await guest[Symbol.asyncDispose]();
	const nonZeroBlocks = await countNonZeroBlocks(guest.disk);
	return {
		// By chance a single run may leave none; all of them may not.
		checks: nonZeroBlocks > 0 ? [{name: 'blocks are left', problem: undefined}] : [],
		nonZeroBlocks,
		seconds,
		note: `dd: ${end}${ending === undefined ? ', then hung' : ''}`,
	};
};
