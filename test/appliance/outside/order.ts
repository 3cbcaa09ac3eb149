/** Where something is told, and how to find it there. */
export interface Milestone {
	readonly name: string;
	readonly pattern: RegExp;
}

/** What is wrong with the order in which a text first tells of these; undefined when nothing is. */
export const disorder = (text: string, milestones: readonly Milestone[]): string | undefined => {
	let previous = {name: 'its start', index: -1};
	for (const {name, pattern} of milestones) {
		const index = text.search(pattern);
		if (index === -1) {
			return `nothing tells: ${name}`;
		}

		if (index <= previous.index) {
			return `${name} comes before ${previous.name}`;
		}

		previous = {name, index};
	}

	return undefined;
};
