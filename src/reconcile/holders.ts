import type { Reference } from "./facts.ts";
import type { AttributeValue } from "./target-values.ts";

/**
 * A value that the target refused because another object has it. The holder comes from the answer or from the
 * store, or is not known.
 */
export interface WantedValue {
  readonly attribute: string;
  readonly value: AttributeValue;
  readonly remoteId?: string | undefined;
  readonly entityId?: string | undefined;
}

/**
 * An entity that holds a value at the target which another entity needs. `free`: it no longer holds the
 * value. `yields`: it is inactive, so the active entity has priority. `spares`: it wants another value
 * itself, and cannot have that value. `circle`: it waits for the entity that asks. `moves`: it will change
 * soon. `stays`: no change is known.
 */
export interface Holder {
  readonly id: string;
  readonly expect: "free" | "yields" | "spares" | "circle" | "moves" | "stays";
}

export interface AskedValue {
  readonly attribute: string;
  readonly value: AttributeValue;
  readonly by: string;
  /** Whether the person is at the target without the value. */
  readonly present: boolean;
}

/** A department that has a name at the target which another department needs, and its own desired place. */
export interface NameHolder extends Reference {
  /** Null: the tree has no such node any more. */
  readonly present: boolean | null;
  readonly name: string;
  readonly ordinal: number;
  /**
   * Remote id of its desired parent. Undefined: it belongs at the top, or the parent is not at the target
   * yet.
   */
  readonly parentId: string | undefined;
  readonly top: boolean;
}
