const longestShown = 120;

/** Text from outside for a message: on one line, not endless, and without what would act on a terminal. */
export const shown = (text: string, longest = longestShown): string => {
	const clean = text.slice(0, longest).replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?');
	return text.length > longest ? `${clean}…` : clean;
};
