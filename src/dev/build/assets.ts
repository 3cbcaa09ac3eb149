/** The bundled program, as text in ASCII. */
export const programAsset = 'zeroize.cjs';

/** What V8 made of it, where the machine that built has the same kind of processor. */
export const codeCacheAsset = 'zeroize.cache';
