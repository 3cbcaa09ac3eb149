import * as v from 'valibot';

/** When a device step counts as stalled, and how long that is borne. */
export interface StallLimits {
	/** Not one more byte for this long. */
	readonly stallSeconds: number;
	/** Fewer bytes per second than this, over `slowSeconds`; 0 for never. */
	readonly slowBytesPerSecond: number;
	readonly slowSeconds: number;
	/** A stall in which the device gave no sign of life for this long fails the step. */
	readonly giveUpSeconds: number;
}

const day = 86_400;

const seconds = (what: string) =>
	v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(day), v.description(what));

/** The options of a step that reads or writes a device from end to end. */
export const stallOptions = {
	stallSeconds: v.optional(seconds('seconds without a byte after which it is called stalled'), 120),
	slowBytesPerSecond: v.optional(
		v.pipe(
			v.number(),
			v.integer(),
			v.minValue(0),
			v.maxValue(Number.MAX_SAFE_INTEGER),
			v.description('bytes per second below which it is called stalled; 0 for never'),
		),
		256 * 1024,
	),
	slowSeconds: v.optional(seconds('seconds over which that rate is taken'), 300),
	giveUpSeconds: v.optional(seconds('seconds without an answer in a stall after which the step fails'), 1800),
};

const schema = v.object(stallOptions);

/** The limits among a step's options; the defaults where a plan from before has none. Pure. */
export const stallLimitsOf = (options: Partial<StallLimits>): StallLimits => v.parse(schema, options);
