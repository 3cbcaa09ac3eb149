// The type is part of the DOM library only.
declare const WebAssembly: {
	readonly Memory: new (options: {initial: number}) => {readonly buffer: ArrayBuffer};
};

const pageBytes = 65_536;

/**
A zero-filled buffer whose address is a multiple of every sector size, as O_DIRECT wants it. Node's own buffers are aligned to 8 or 16 bytes only; the memory of a WebAssembly module starts on a page.

It is meant to be made once and used again: each one reserves address space.
*/
export const alignedBuffer = (bytes: number): Uint8Array =>
	new Uint8Array(new WebAssembly.Memory({initial: Math.ceil(bytes / pageBytes)}).buffer, 0, bytes);
