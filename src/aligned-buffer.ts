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

let zeros: Uint8Array = new Uint8Array();

/**
At least this many zeros, for writing alone: everybody has the same ones. As long as nobody writes to them they take no memory: the kernel has one page of zeros for all of them.
*/
export const sharedZeros = (bytes: number): Uint8Array => {
	zeros = zeros.length < bytes ? alignedBuffer(bytes) : zeros;
	return zeros;
};
