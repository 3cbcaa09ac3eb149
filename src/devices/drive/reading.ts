import type {DriveFacts, HiddenArea, UnknownFact} from '../drive.ts';

type Parts = Omit<DriveFacts, 'selfEncrypting' | 'hiddenAreas' | 'unknown'>;

/** What one reader learnt. */
export interface DriveReading extends Parts {
	readonly hiddenAreas?: readonly HiddenArea[];
	readonly unknown?: readonly UnknownFact[];
}

/** Readings of the same drive as one. Who comes first is right about what two know. */
export const combine = (readings: readonly DriveReading[]): DriveReading => ({
	...Object.assign({}, ...readings.toReversed()),
	hiddenAreas: readings.flatMap(({hiddenAreas = []}) => hiddenAreas),
	unknown: readings.flatMap(({unknown = []}) => unknown),
});
