import * as v from 'valibot';
import {erasers} from '../../erasers/index.ts';
import {stallOptions} from '../stalls/limits.ts';

const schemeNames = erasers.flatMap(({schemes = []}) =>
	schemes.flatMap(({name, aliases}) => [name, ...aliases]),
);

/** What a recipe may say of an erase. */
export const eraseOptions = {
	eraser: v.optional(v.pipe(v.string(), v.description('a name from `zeroize erasers`, or auto')), 'auto'),
	scheme: v.optional(
		v.pipe(
			v.picklist(schemeNames, schemeNames.join(', ')),
			v.description('what the eraser pattern writes; see `zeroize erasers`'),
		),
	),
	method: v.optional(
		v.pipe(
			v.picklist(['clear', 'purge']),
			v.description('which method of NIST SP 800-88r2 auto chooses among; clear by default'),
		),
	),
	fallback: v.optional(
		v.pipe(
			v.picklist(['clear']),
			v.description('what is done to a drive that cannot be purged; refused by default'),
		),
	),
	canary: v.optional(
		v.pipe(
			v.boolean(),
			v.description('before a drive erases itself, whether known data is written that must be gone after'),
		),
		true,
	),
	psidFile: v.optional(
		v.pipe(
			v.string(),
			v.startsWith('/', 'an absolute path'),
			v.description(
				'file with the PSID on the label of the drive, or with a line "SERIAL PSID" for each, for opal-revert',
			),
		),
	),
	...stallOptions,
};
