import type { Fact } from "../directory/ports.ts";
import type { StoredUser } from "../directory/user.ts";
import type { UserWrite } from "./directory/user-writes.ts";

/**
 * Writes of records whose person has several records or dates. "alone": the record is the only one of its
 * person, and nothing was written.
 */
export interface JoinedWrites {
  /**
   * Writes a new record, and compares it with the records of other sources. False: records are not compared,
   * the record has no dates, and nothing was written.
   */
  insert(write: UserWrite): Promise<boolean>;
  /** True: the dates of the record matter, so it must be written here. */
  isDated(write: UserWrite): boolean;
  /** Undefined: there is no such record with this version. */
  update(write: UserWrite): Promise<StoredUser | "alone" | undefined>;
  /** False: there is no such record with this version. */
  remove(sourceId: string, id: string, expected: number, fact: Fact): Promise<boolean | "alone">;
  /** Call this after a change of an unjoined record: it may match an existing person now. */
  changed(id: string, fact: Fact): Promise<void>;
}
