import type { Bundle, KeptEvent } from "./ports.ts";

/**
 * The place where a log is read: the database, files, or an address. Its functions answer undefined if the
 * part does not exist.
 */
export interface LogSource {
  checkpoint(): Promise<string | undefined>;
  keys(): Promise<readonly string[]>;
  tile(level: number, index: number, width: number): Promise<Buffer | undefined>;
  /**
   * `width` entries, from entry 256 × `index` on. Rejects with FormatError if the content is not a bundle of
   * entries.
   */
  entries(index: number, width: number): Promise<readonly (string | Buffer)[] | undefined>;
  /**
   * The events of these entries. Undefined: this log is stored without events, and only the log itself is
   * verified.
   */
  events(index: number, width: number): Promise<readonly KeptEvent[] | undefined>;
  /**
   * The entries, and the digests of their events. Rejects with FormatError if the content is not a bundle of
   * entries.
   */
  bundle(index: number, width: number): Promise<Bundle | undefined>;
}
