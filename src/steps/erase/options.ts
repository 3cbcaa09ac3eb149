import * as v from 'valibot';
import {techniques} from '../../erasers/eraser.ts';
import {erasers} from '../../erasers/index.ts';
import {stallOptions} from '../stalls/limits.ts';

const schemeNames = erasers.flatMap(({schemes = []}) =>
	schemes.flatMap(({name, aliases}) => [name, ...aliases]),
);

/** What a recipe may say of a drive that erases itself. */
const nativeOptions = {
	technique: v.optional(
		v.pipe(
			v.picklist(techniques),
			v.description('what the drive must do it by; by default the best that it can'),
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
};

/** What a recipe may say of a purge that an overwrite follows on. */
export const purgeOptions = {
	eraser: v.optional(
		v.pipe(v.string(), v.description('a name from `zeroize erasers` that purges, or auto')),
		'auto',
	),
	...nativeOptions,
};

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
	...nativeOptions,
	...stallOptions,
};
