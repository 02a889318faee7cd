export interface Operation {
  readonly op: "add" | "replace" | "remove";
  readonly path?: string;
  /** As sent. Undefined: no value. */
  readonly value: unknown;
}
