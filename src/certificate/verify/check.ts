/** One thing that was looked at, or that could not be. */
export interface Check {
	readonly result: 'ok' | 'failed' | 'not checked';
	readonly text: string;
	/** What to do next, where it failed. */
	readonly hint?: string;
}
