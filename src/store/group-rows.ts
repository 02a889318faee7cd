import type pg from "pg";
import type { StoredGroup } from "../directory/group.ts";
import { instantText } from "./instants.ts";

/** Of `groups g`. */
export const GROUP_COLUMNS = "g.id, g.version, g.created_at::text, g.modified_at::text, g.document";

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
