import { instantText } from "../postgres/instants.ts";
import { FIELD, type RowPacking } from "../postgres/row-encoding.ts";

/*
 * The common columns of users and groups, and their encoding in packed rows (store/postgres/row-encoding.ts).
 */

export const storedColumns = (alias: string, document = `${alias}.document`): string =>
  `${alias}.id, ${alias}.version, ${alias}.created_at, ${alias}.modified_at, ${document} as document`;

export const ENCODED_COLUMNS: RowPacking = {
  fields: ["r.id", "r.version", "r.created_at", "r.modified_at", "r.document"],
};

export interface StoredRow {
  readonly id: string;
  readonly version: number;
  readonly createdAt: string;
  readonly modifiedAt: string;
  readonly document: string;
}

/**
 * Decodes a row that was packed with `ENCODED_COLUMNS`. It uses indexOf, because `split` took 4 % of the time
 * of a page.
 */
export function decodeStored(row: string): StoredRow {
  const afterId = row.indexOf(FIELD);
  const afterVersion = row.indexOf(FIELD, afterId + 1);
  const afterCreated = row.indexOf(FIELD, afterVersion + 1);
  const afterModified = row.indexOf(FIELD, afterCreated + 1);
  return {
    id: row.slice(0, afterId),
    version: Number(row.slice(afterId + 1, afterVersion)),
    createdAt: instantText(row.slice(afterVersion + 1, afterCreated)),
    modifiedAt: instantText(row.slice(afterCreated + 1, afterModified)),
    document: row.slice(afterModified + 1),
  };
}
