import {type Content, repeated} from '../../content.ts';

/**
What one pass writes: the same bytes over and over (`0x924924`), a `character` (one random byte over and over), the `complement` of the pass before, or a `random` stream.
*/
export type Pass = `0x${string}` | 'character' | 'complement' | 'random';

/** An overwrite scheme: pure data. */
export interface Scheme {
	/** As nwipe names the method. */
	readonly name: string;
	/** Other names that nwipe takes for it. */
	readonly aliases: readonly string[];
	readonly title: string;
	/** In this order; a `complement` never comes first, nor after `random`. */
	readonly passes: readonly Pass[];
	/** Where the passes come from. */
	readonly source: string;
}

/** By its name or another one of its names. */
export const findScheme = (schemes: readonly Scheme[], wanted: string): Scheme | undefined =>
	schemes.find(({name, aliases}) => name === wanted || aliases.includes(wanted));

const keyBytes = 32;

/** What each pass of one erase writes: what is left to chance is drawn now. */
export const drawPasses = (
	passes: readonly Pass[],
	randomBytes: (bytes: number) => Buffer,
): readonly Content[] => {
	const contents: Content[] = [];
	let hex = '';
	for (const pass of passes) {
		if (pass === 'random') {
			contents.push({kind: 'aes-256-ctr', key: randomBytes(keyBytes).toString('hex')});
			continue;
		}

		hex =
			pass === 'character'
				? randomBytes(1).toString('hex')
				: pass === 'complement'
					? complementOf(hex)
					: pass.slice('0x'.length);
		contents.push(repeated(hex));
	}

	return contents;
};

const complementOf = (hex: string): string =>
	Buffer.from(Buffer.from(hex, 'hex').map(byte => ~byte)).toString('hex');

const texts: Readonly<Partial<Record<Pass, string>>> = {
	character: 'one random byte',
	complement: 'the complement of that',
	random: 'random data',
};

/** `3 passes: one random byte, the complement of that, random data`. */
export const describePasses = (passes: readonly Pass[]): string => {
	const runs: Array<{pass: Pass; count: number}> = [];
	for (const pass of passes) {
		const last = runs.at(-1);
		if (last?.pass === pass) {
			last.count += 1;
		} else {
			runs.push({pass, count: 1});
		}
	}

	const parts = runs.map(({pass, count}) => `${count > 1 ? `${count} x ` : ''}${texts[pass] ?? pass}`);
	return `${passes.length} ${passes.length === 1 ? 'pass' : 'passes'}: ${parts.join(', ')}`;
};
