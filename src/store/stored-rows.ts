import { instantText } from "./instants.ts";

/* What rows of users and of groups have in common, and how packed rows (packed-rows.ts) hold it. */

export const storedColumns = (alias: string, document = `${alias}.document`): string =>
  `${alias}.id, ${alias}.version, ${alias}.created_at, ${alias}.modified_at, ${document} as document`;

export const STORED_FIELDS: readonly string[] = ["r.id", "r.version", "r.created_at", "r.modified_at", "r.document"];

export interface StoredRow {
  readonly id: string;
  readonly version: number;
  readonly createdAt: string;
  readonly modifiedAt: string;
  readonly document: string;
}

/** Of fields that begin as `STORED_FIELDS` do. */
export const storedOf = (fields: readonly string[]): StoredRow => ({
  id: fields[0]!,
  version: Number(fields[1]),
  createdAt: instantText(fields[2]!),
  modifiedAt: instantText(fields[3]!),
  document: fields[4]!,
});
