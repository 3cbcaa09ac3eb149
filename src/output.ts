/**
A stream to write to that can be slow, closed or gone without stopping an erase.

INVARIANTS
- `write` never blocks, never throws and never waits; what cannot be written now is kept and written when the reader takes it.
- After EPIPE, EIO or a close it takes everything and drops it; `isClosed` says so.
*/
export interface Output {
	readonly isTTY: boolean;
	readonly columns: number;
	readonly isClosed: boolean;
	write(text: string): void;
	/** Waits until everything is written, at most `timeoutMs`; true when all was. */
	flush(timeoutMs: number): Promise<boolean>;
}
