/** One step of a recipe: its name and its checked options, defaults filled in. */
export interface RecipeStep {
	readonly step: string;
	readonly options: Readonly<Record<string, unknown>>;
	/** Line in the recipe file, from 1. */
	readonly line: number;
}

/** A procedure as data. It can name steps, never carry code. */
export interface Recipe {
	readonly name: string;
	readonly title: string;
	readonly summary: string;
	/** The document that the procedure comes from. */
	readonly source?: string | undefined;
	/** Whether a partition may stand where a disk is meant. */
	readonly allowPartition: boolean;
	readonly steps: readonly RecipeStep[];
}
