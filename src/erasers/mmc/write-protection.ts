import {type Asking, ask, NotUnderstood} from '../../devices/drive/ask.ts';
import {SanitizeError} from '../../errors.ts';

const group = /^Write Protect Groups (\d+)-(\d+) \(Blocks .*\), (.*) Write Protection$/gm;

/** How many groups of an eMMC are write protected: `mmc writeprotect user get`. @throws NotUnderstood. */
export const parseProtection = (text: string): number => {
	const ranges = [...text.matchAll(group)].map(([, first, last, kind]) => ({
		groups: Number(last) - Number(first) + 1,
		isProtected: kind !== 'No',
	}));
	if (ranges.length === 0) {
		throw new NotUnderstood('it does not tell what is write protected');
	}

	return ranges.reduce((sum, {groups, isProtected}) => sum + (isProtected ? groups : 0), 0);
};

/**
An erase leaves out what is write protected, and nobody says so afterwards: JESD84-B51, WP_ERASE_SKIP in the device status, which the kernel reads first, and which clears it.
@throws SanitizeError UNSUPPORTED.
*/
export const requireUnprotected = async (asking: Asking): Promise<void> => {
	const {node} = asking;
	const learnt = await ask(asking, ['mmc', 'writeprotect', 'user', 'get', node], ({stdout}) =>
		parseProtection(stdout),
	);
	if ('why' in learnt) {
		throw new SanitizeError('UNSUPPORTED', `${node}: what is write protected is not known: ${learnt.why}`, {
			hint: 'use another eraser: zeroize erasers',
		});
	}

	if (learnt.found > 0) {
		throw new SanitizeError(
			'UNSUPPORTED',
			`${node}: ${learnt.found} groups are write protected, and no erase would reach them`,
			{
				hint: `see: mmc writeprotect user get ${node}; what is temporary is taken away with "mmc writeprotect user set none", what lasts until power-on by cutting the power`,
			},
		);
	}
};
