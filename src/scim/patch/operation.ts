export interface Operation {
  readonly op: "add" | "replace" | "remove";
  readonly path?: string;
  /** As sent; undefined when there was none. */
  readonly value: unknown;
}
