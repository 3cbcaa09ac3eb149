import type {Learnt} from '../../devices/drive/ask.ts';
import type {SanitizeStatus} from '../../devices/drive.ts';
import type {EraseContext, EraseResult} from '../eraser.ts';

/** Something that a drive does by itself when it is told to. */
export interface NativeOperation {
	/** Name of the eraser, for words. */
	readonly name: string;
	/** For the certificate. */
	readonly tool: EraseResult['tool'];
	/** Program and arguments that give the command. With {@link status} the program ends at once, else when the drive has ended. */
	readonly command: readonly [string, ...string[]];
	/** Commands that follow, each when the one before has ended; only without {@link status}. */
	readonly afterwards?: ReadonlyArray<readonly [string, ...string[]]>;
	/** What went wrong by what the program said, of one that ended with 0; absent where its exit code says it all. */
	faultIn?(said: string): string | undefined;
	/** A password that {@link setUp} sets: announced before. */
	readonly password?: string;
	/** What the drive must be told before its command, and after that was announced; absent for nothing. @throws SanitizeError. */
	setUp?(): Promise<void>;
	/** How long the drive says that it takes; `null` where it does not say. */
	readonly estimateSeconds: number | null;
	/** Asks the drive how its last operation is, or came out; never throws. Absent where the drive remembers nothing of it: then one that was interrupted begins anew. */
	status?(): Promise<Learnt<SanitizeStatus>>;
}

/** What the operation needs of an erase. */
export type NativeContext = Pick<
	EraseContext,
	'device' | 'tools' | 'signal' | 'canary' | 'announced' | 'announceCommand' | 'commit' | 'warn'
>;

/** Milliseconds: arguments, so that nobody waits in a test. */
export interface NativeTiming {
	/** Until the drive is asked for the first time; twice as long before each further time. */
	readonly firstMs: number;
	readonly longestMs: number;
	/** A drive that does not answer for this long is waited for no more. */
	readonly silentMs: number;
	/** How long a program may take that only gives the command. */
	readonly commandMs: number;
}

export const usualTiming: NativeTiming = {
	firstMs: 250,
	longestMs: 10_000,
	silentMs: 600_000,
	commandMs: 300_000,
};

const hourSeconds = 3600;

/** An estimate of a drive is no promise; one that gives none may be a large disk that overwrites itself. */
export const mostSeconds = ({estimateSeconds}: Pick<NativeOperation, 'estimateSeconds'>): number =>
	estimateSeconds === null ? 7 * 24 * hourSeconds : hourSeconds + estimateSeconds * 3;
