import type { JsonObject } from "../core/entity.ts";

/** A person as one source wrote them. */
export interface SourceRecord {
  readonly id: string;
  readonly source: { readonly id: string; readonly name: string };
  /** According to the source and its dates. */
  readonly active: boolean;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly document: JsonObject;
  /**
   * False: the day of hire is in the future. Until then the record has no effect on whether the person is
   * active.
   */
  readonly begun?: boolean;
}

/** A source that deleted its record of the person. */
export type LeftSource = SourceRecord["source"];

export const hasBegun = ({ begun }: SourceRecord): boolean => begun !== false;
