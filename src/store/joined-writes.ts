import type { Fact } from "../directory/ports.ts";
import type { StoredUser } from "../directory/user.ts";
import type { UserWrite } from "./directory/user-writes.ts";

/** The way of records that make a person with others. Each is undefined or "alone" where the record is none of them. */
export interface JoinedWrites {
  /** Where records of several sources are compared: a new one may be somebody who is there. False: they are not, it has no dates, and nothing was written. */
  insert(write: UserWrite): Promise<boolean>;
  /** Whether dates of the record make a difference: then it goes this way, too. */
  isDated(write: UserWrite): boolean;
  update(write: UserWrite): Promise<StoredUser | "alone" | undefined>;
  remove(sourceId: string, id: string, expected: number, fact: Fact): Promise<boolean | "alone">;
  /** Call this after a change of an unjoined record: it may match an existing person now. */
  changed(id: string, fact: Fact): Promise<void>;
}
