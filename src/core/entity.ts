/**
 * The kinds of entities that are reconciled. A `department` is a node of the tree the mapping derives from
 * groups and attributes.
 */
export type EntityKind = "user" | "group" | "department" | "role";

/** Identifies one entity. `id` is our random UUID, never a name, an address or a target's identifier. */
export interface EntityRef {
  readonly kind: EntityKind;
  readonly id: string;
}

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: JsonValue;
}
