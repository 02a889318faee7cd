import type pg from "pg";
import type { StoredGroup } from "../../directory/group.ts";
import { instantText } from "../postgres/instants.ts";

export interface GroupRow extends pg.QueryResultRow {
  id: string;
  version: number;
  created_at: string;
  modified_at: string;
  document: string;
}

export const groupOf = (row: GroupRow): StoredGroup => ({
  id: row.id,
  version: row.version,
  createdAt: instantText(row.created_at),
  modifiedAt: instantText(row.modified_at),
  document: row.document,
});
