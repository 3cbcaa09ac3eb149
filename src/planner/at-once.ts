/** How many devices are worked on at a time where nobody says. */
export const defaultAtOnce = 16;
