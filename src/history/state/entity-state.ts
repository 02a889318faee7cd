import type { EntityKind, JsonObject } from "../../core/entity.ts";

/** The state of a person, group, department or role. It is immutable: an event makes a new state. */
export interface EntityState {
  readonly kind: EntityKind;
  readonly id: string;
  /**
   * The document of the directory, without id, members and meta. Undefined: the entity is not in the
   * directory.
   */
  readonly document?: JsonObject;
  /** For a group: ids of its members, which are people and groups. */
  readonly members: ReadonlySet<string>;
  /** The values at the target. Undefined: the entity is not at the target. */
  readonly target?: { readonly suspended: boolean; readonly attributes: JsonObject };
}

export const NOBODY: ReadonlySet<string> = new Set();
