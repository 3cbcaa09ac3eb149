import type {AtaFacts} from '../drive.ts';

/** The block `Security:` of `hdparm -I`; `undefined` for a drive without that feature set. */
export const parseSecurity = (text: string): AtaFacts['security'] => {
	const block = /^Security:.*\n((?:[ \t].*\n?)*)/m.exec(text)?.[1];
	if (block === undefined) {
		return undefined;
	}

	const lines = block.split('\n').map(line => line.trim().replaceAll(/\s+/g, ' '));
	const is = (words: string) => lines.includes(words);
	if (!is('supported')) {
		return undefined;
	}

	const level = /Security level (high|maximum)/.exec(block)?.[1];
	return {
		enabled: is('enabled'),
		locked: is('locked'),
		frozen: is('frozen'),
		countExpired: is('expired: security count'),
		level: level === 'high' || level === 'maximum' ? level : null,
		enhancedErase: is('supported: enhanced erase'),
		eraseMinutes: minutes(block, /(more than )?(\d+)min for SECURITY ERASE UNIT/),
		enhancedEraseMinutes: minutes(block, /(more than )?(\d+)min for ENHANCED SECURITY ERASE UNIT/),
	};
};

/** A drive that takes longer than it can say gives no estimate. */
const minutes = (block: string, pattern: RegExp): number | null => {
	const [, isMore, digits] = pattern.exec(block) ?? [];
	return digits === undefined || isMore !== undefined ? null : Number(digits);
};
