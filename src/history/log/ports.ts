/** Who keeps the log. */
export interface SealStore {
  /**
   * Every event with an id above `from` that is committed has an entry when it answers true, and a checkpoint that says so. False: another process is at it, or
   * `signal` came.
   */
  sealFrom(from: string, signal: AbortSignal): Promise<boolean>;
}

/** Events whose values are not encrypted yet. They get an entry when they are. */
export interface OlderEvents {
  /** Encrypts some, the oldest first; undefined when there are none. `first`: the lowest id among them. */
  encryptSome(): Promise<{ readonly first: string; readonly more: boolean } | undefined>;
}

/** What is in the log, as it is served. */
export interface LogReader {
  /** The newest published checkpoint. */
  checkpoint(): Promise<string | undefined>;
  /** Verifier keys, the one in force first. */
  keys(): Promise<readonly string[]>;
  /** At least `width` hashes of a tile; undefined where the log is not that long. */
  tile(level: number, index: number, width: number): Promise<Buffer | undefined>;
  /** Entries from 256 × `index` on, `width` of them. */
  entries(index: number, width: number): Promise<readonly string[] | undefined>;
  /** What of the events of these entries is kept now, in their order. */
  events(index: number, width: number): Promise<readonly KeptEvent[] | undefined>;
  /** Both. */
  kept(index: number, width: number): Promise<{ readonly entries: readonly string[]; readonly events: readonly KeptEvent[] } | undefined>;
  /** Both, as far as they are compared. Undefined: not all are there, or they can only be read one by one. */
  bundle(index: number, width: number): Promise<Bundle | undefined>;
  /** The place of an event in the log. */
  indexOf(event: string): Promise<number | undefined>;
}

/** An event as it can be compared with its entry. Undefined parts: the event is gone. */
export interface KeptEvent {
  readonly id: string;
  readonly open?: string;
  /** Base64. */
  readonly sealed?: string;
}

/** What entries commit to: SHA-256 in hexadecimal of the open part, and of the encrypted values. */
export interface KeptDigests {
  readonly id: string;
  readonly open?: string;
  readonly sealed?: string;
}

/** 256 entries, or the last ones, and what is kept of their events, in their order; undefined where events are not kept beside the log. */
export interface Bundle {
  readonly entries: readonly (string | Buffer)[];
  readonly kept: readonly KeptDigests[] | undefined;
}
