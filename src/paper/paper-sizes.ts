/** In points: 1/72 inch. */
export const paperSizes = {a4: [595.28, 841.89], letter: [612, 792]} as const;

export type PaperName = keyof typeof paperSizes;

export const paperNames = Object.keys(paperSizes) as readonly PaperName[];
