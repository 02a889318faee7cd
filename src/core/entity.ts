/** What the server keeps equal on both sides. A `department` is a node of the tree the mapping derives from groups and attributes. */
export type EntityKind = "user" | "group" | "department" | "role";

/** Names one entity. `id` is the random UUID we gave it, never a name, an address or a target's identifier. */
export interface EntityRef {
  readonly kind: EntityKind;
  readonly id: string;
}

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: JsonValue;
}
