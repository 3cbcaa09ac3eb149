import type {Pass, Scheme} from './scheme.ts';

const nwipe = 'nwipe, src/method.c';

const times = (count: number, pass: Pass): readonly Pass[] => Array.from({length: count}, () => pass);

/**
The overwrite schemes, named as nwipe names its methods; the first is the default. Each ends as its definition says: no pass of zeros is added (nwipe adds one, but for ops2, unless it is told --noblank).

The default is random data: what is found afterwards can only be what was written, neither a device that answers with zeros for what it never wrote nor one that stores zeros as a note. One pass is as good as many on today's media: NIST SP 800-88r2 section 3.1.1.
*/
export const schemes: readonly Scheme[] = [
	{
		name: 'random',
		aliases: ['prng', 'stream'],
		title: 'random data',
		passes: ['random'],
		source: `${nwipe}, nwipe_random`,
	},
	{name: 'zero', aliases: ['quick'], title: 'zeros', passes: ['0x00'], source: `${nwipe}, nwipe_zero`},
	{name: 'one', aliases: [], title: 'ones', passes: ['0xff'], source: `${nwipe}, nwipe_one`},
	{
		name: 'dodshort',
		aliases: ['dod3pass'],
		title: 'DoD 5220.22-M, its passes 1, 2 and 7',
		passes: ['character', 'complement', 'random'],
		source: `${nwipe}, nwipe_dodshort`,
	},
	{
		name: 'dod522022m',
		aliases: ['dod'],
		title: 'DoD 5220.22-M',
		passes: ['character', 'complement', 'random', 'character', 'character', 'complement', 'random'],
		source: `${nwipe}, nwipe_dod522022m`,
	},
	{
		name: 'gutmann',
		aliases: [],
		title: 'Peter Gutmann',
		passes: [
			...times(4, 'random'),
			...(['0x555555', '0xaaaaaa', '0x924924', '0x492492', '0x249249'] as const),
			...(['0x000000', '0x111111', '0x222222', '0x333333', '0x444444', '0x555555'] as const),
			...(['0x666666', '0x777777', '0x888888', '0x999999', '0xaaaaaa', '0xbbbbbb'] as const),
			...(['0xcccccc', '0xdddddd', '0xeeeeee', '0xffffff'] as const),
			...(['0x924924', '0x492492', '0x249249', '0x6db6db', '0xb6db6d', '0xdb6db6'] as const),
			...times(4, 'random'),
		],
		source:
			`${nwipe}, nwipe_gutmann, which shuffles its 35 passes; here they keep the order of the table in ` +
			'P. Gutmann, "Secure Deletion of Data from Magnetic and Solid-State Memory", 1996, so that the plan can tell it',
	},
	{
		name: 'ops2',
		aliases: [],
		title: 'RCMP TSSIT OPS-II',
		passes: ['character', ...times(7, 'complement'), 'random'],
		source: `${nwipe}, nwipe_ops2 and the last pass of nwipe_runmethod`,
	},
	{
		name: 'is5enh',
		aliases: [],
		title: 'HMG IS5 enhanced',
		passes: ['0x00', '0xff', 'random'],
		source: `${nwipe}, nwipe_is5enh`,
	},
	{
		name: 'bruce7',
		aliases: [],
		title: 'Bruce Schneier',
		passes: ['0xff', '0x00', ...times(5, 'random')],
		source: `${nwipe}, nwipe_bruce7 (newer than version 0.33, which Debian 12 has)`,
	},
	{
		name: 'bmb',
		aliases: [],
		title: 'BMB21-2019',
		passes: ['0xff', '0x00', ...times(3, 'random'), '0xff'],
		source: `${nwipe}, nwipe_bmb (newer than version 0.33, which Debian 12 has)`,
	},
];
