/** Writes the log. */
export interface SealStore {
  /**
   * True: every committed event with an id above `from` has an entry, and a checkpoint covers it. False:
   * another process is sealing, or `signal` was aborted.
   */
  sealFrom(from: string, signal: AbortSignal): Promise<boolean>;
}

/**
 * Events of earlier versions, whose values are not encrypted yet. An event gets its entry after its values
 * are encrypted.
 */
export interface OlderEvents {
  /**
   * Encrypts the values of some events, oldest first. `first`: the lowest id among them. Undefined: no such
   * event is left.
   */
  encryptSome(): Promise<{ readonly first: string; readonly more: boolean } | undefined>;
}

/** Reads the log. */
export interface LogReader {
  /** The newest published checkpoint. */
  checkpoint(): Promise<string | undefined>;
  /** Verifier keys as texts. The key that signs now is the first. */
  keys(): Promise<readonly string[]>;
  /** At least `width` hashes of a tile. Undefined: the log is shorter. */
  tile(level: number, index: number, width: number): Promise<Buffer | undefined>;
  /** `width` entries, from entry 256 × `index` on. Undefined: the log is shorter. */
  entries(index: number, width: number): Promise<readonly string[] | undefined>;
  /** The stored events of these entries, in the same order. */
  events(index: number, width: number): Promise<readonly KeptEvent[] | undefined>;
  /** The answers of `entries` and `events` together. */
  kept(
    index: number,
    width: number,
  ): Promise<{ readonly entries: readonly string[]; readonly events: readonly KeptEvent[] } | undefined>;
  /**
   * The entries, and the digests of their events. Undefined: some entries are missing, or this bundle can
   * only be read by `entries` and `events`.
   */
  bundle(index: number, width: number): Promise<Bundle | undefined>;
  /** The index of the event's entry in the log, from 0. */
  indexOf(event: string): Promise<number | undefined>;
}

/**
 * The parts of a stored event that are compared with its entry. `open` undefined: the event was removed.
 * `sealed` undefined: it has no values.
 */
export interface KeptEvent {
  readonly id: string;
  readonly open?: string;
  /** The encrypted values in Base64. */
  readonly sealed?: string;
}

/** The digests that an entry has: SHA-256 in hexadecimal of the open part and of the encrypted values. */
export interface KeptDigests {
  readonly id: string;
  readonly open?: string;
  readonly sealed?: string;
}

/**
 * 256 entries, or fewer at the end of the log. `kept`: the digests of their events, in the same order;
 * undefined for a log without events.
 */
export interface Bundle {
  readonly entries: readonly (string | Buffer)[];
  readonly kept: readonly KeptDigests[] | undefined;
}

/** Throws if a part of the log is not there. `what` names it. */
export function required<T>(part: T | undefined, what: string): T {
  if (part === undefined)
    throw new Error(
      `${what} is missing in the history log; run \`history verify\` to find all that is missing`,
    );
  return part;
}
