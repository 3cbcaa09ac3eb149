export interface Surface {
	readonly isTTY: boolean;
	readonly columns: number;
	/** The TERM variable. */
	readonly term: string | undefined;
}

const narrowestColumns = 60;

// A getty on a serial line says vt220 or vt102: there a repainted list is slower than the erase it shows.
const plainTerminals = /^(?:|dumb|unknown|network|ansi|vt\d.*)$/;

/** Which view shows a run: a terminal that can repaint gets the task list, everything else plain lines. */
export const selectView = (
	progress: 'auto' | 'tty' | 'plain' | 'json',
	{isTTY, columns, term}: Surface,
): 'tty' | 'plain' | 'json' => {
	if (progress !== 'auto') {
		return progress;
	}

	return isTTY && columns >= narrowestColumns && !plainTerminals.test(term ?? '') ? 'tty' : 'plain';
};
