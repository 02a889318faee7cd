import type { JsonObject } from "../core/entity.ts";

/** A person as one source wrote them. */
export interface SourceRecord {
  readonly id: string;
  readonly source: { readonly id: string; readonly name: string };
  /** As the source says. */
  readonly active: boolean;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly document: JsonObject;
  /** What dates of the record say now, where they say anything. */
  readonly scheduled?: { readonly active?: boolean };
}

/** A source that deleted its record of the person. */
export type LeftSource = SourceRecord["source"];

export const isActive = ({ active, scheduled }: SourceRecord): boolean => scheduled?.active ?? active;
