import type {DeviceFacts, DeviceSurroundings} from '../devices/device.ts';
import type {Tools} from '../process.ts';

export type DestinationName = 'disk' | 'http' | 'syslog';

/** What an operator or a recipe asks for. */
export interface DestinationWish {
	/** The address as it was written. It stands in the plan and the journal, so it never holds a secret. */
	readonly to: string;
	/** The run goes on when this one fails. */
	readonly optional: boolean;
	/** How files are sent over HTTP; `put` where nothing is said. */
	readonly method?: 'put' | 'post' | undefined;
	/** PEM file with the certificate authority that signed the receiver's certificate; the public ones where nothing is said. */
	readonly ca?: string | undefined;
}

/** What a destination has become after somebody looked: plain JSON, part of the plan. Everything that the delivery needs and that may be gone by then: addresses of names, the text of the CA file, the device behind a label. */
export interface PlannedDestination {
	readonly to: string;
	readonly kind: DestinationName;
	readonly optional: boolean;
	/** Programs of the system that the delivery runs. */
	readonly tools: readonly string[];
	/** What was found, for the operator: `/dev/sdb1, ext4`, `192.0.2.7`; or why it was not. */
	readonly found: string;
	/** `null` when it was not found: only an optional one may stay so. */
	readonly resolved: Resolved | null;
}

export type Resolved = Readonly<Record<string, unknown>>;

export interface ParcelFile {
	/** A file name without directory. */
	readonly name: string;
	readonly mediaType: string;
	readonly text: string;
}

/** What is delivered in one go. */
export interface Parcel {
	readonly runId: string;
	readonly hostname: string;
	readonly files: readonly ParcelFile[];
}

export interface LookSurroundings extends DeviceSurroundings {
	/** The devices of the run: no destination may be on one that is erased. */
	readonly erased: readonly DeviceFacts[];
}

export interface DeliverySurroundings {
	readonly tools: Tools;
	readonly signal: AbortSignal;
	readonly now: () => Date;
	/** How long a receiver may take for one file or connection before it counts as failed, in milliseconds. */
	readonly timeoutMs: number;
}

/**
A kind of place for the records of a run that is not the erased disk: one file in `src/destinations/`, one default export made with {@link defineDestination}.

```
 address ── parse ── look ──> plan ── deliver(announcement) ── the run ── deliver(records)
            pure     reads            proves it before the first step
```

INVARIANTS
- `look` changes nothing and sends nothing but questions to the name server.
- `deliver` needs nothing of what an erased system disk had: no name server, no file, no program but those of `tools`.
- `deliver` resolves only when the receiver has confirmed, as far as its protocol can; it may be called again with the same parcel after a failure, and then does not fail because of what it had left.
*/
export interface DestinationKind<Address = unknown, Place extends Resolved = Resolved> {
	readonly name: DestinationName;
	/** One line for the operator. */
	readonly summary: string;
	/** How its addresses are written; the first one shows in messages. */
	readonly forms: readonly [string, ...string[]];
	/** What its addresses begin with, colon included: `https:`. */
	readonly prefixes: readonly string[];

	/**
	Pure.
	@throws SanitizeError USAGE saying what is wrong with the address and how it is written.
	*/
	parse(wish: DestinationWish): Address;

	tools(address: Address): readonly string[];

	/**
	Looks for it, read-only, while everything is still there.
	@throws SanitizeError DESTINATION_UNREACHABLE, TOOL_MISSING.
	*/
	look(address: Address, surroundings: LookSurroundings): Promise<{resolved: Place; found: string}>;

	/**
	Really delivers; returns where the parcel is now, for the operator.
	@throws SanitizeError DELIVERY_FAILED with the cause and the way out; the signal's reason when it was aborted.
	*/
	deliver(resolved: Place, parcel: Parcel, surroundings: DeliverySurroundings): Promise<string>;
}

// What `parse` and `look` of a kind give comes back to the same kind alone, so a registry may hold all of them.
export const defineDestination = <Address, Place extends Resolved>(
	kind: DestinationKind<Address, Place>,
): DestinationKind => kind as unknown as DestinationKind;
