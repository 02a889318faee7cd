import type pg from "pg";
import type { GroupOfUser, StoredUser } from "../directory/user.ts";
import { instantText } from "./instants.ts";
import type { ListTable } from "./page-statement.ts";

/*
 * Rows of users as statements read them. The groups of a person (RFC 7643 section 4.1.2) come in two parts: ids of those that list the person with the row,
 * and what they are called and lie in once for all rows of a statement. Worked out for each person in SQL they took two thirds of the time of a page.
 */

export interface UserRow extends pg.QueryResultRow {
  id: string;
  version: number;
  created_at: string;
  modified_at: string;
  document: string;
  /** An array as PostgreSQL writes it: `{…,…}`. */
  direct: string;
}

/** Ids of the groups that list the person with the id that an SQL expression yields. */
export const directGroups = (id: string): string => `array(select m.group_id from group_members m where m.user_id = ${id})::text as direct`;

/** Of the groups in `page.direct` and those they lie in: how each is called, and which it lies in. */
export const GROUPS_OF_PAGE = `(
  select json_object_agg(g.id, json_build_object(
           'display', g.display_name, 'within', array(select a.ancestor_id from group_ancestors a where a.group_id = g.id)))::text
    from groups g where g.id = any (array(
      with direct as (select distinct unnest(p.direct::uuid[]) as id from (select distinct direct from page) p)
      select d.id from direct d union select a.ancestor_id from direct d join group_ancestors a on a.group_id = d.id)))`;

interface KnownGroup {
  readonly display: string;
  readonly within: readonly string[];
}

/** Makes users of the rows of one statement; `groups` is its `GROUPS_OF_PAGE`. */
export function usersOf(groups: string | null | undefined): (row: UserRow) => StoredUser {
  const known: Readonly<Record<string, KnownGroup>> = groups ? JSON.parse(groups) : {};
  // People of one page often are in the same groups.
  const worked = new Map<string, readonly GroupOfUser[]>();
  const groupsOf = (direct: string): readonly GroupOfUser[] => {
    let list = worked.get(direct);
    if (!list) {
      list = groupsIn(idsIn(direct), known);
      worked.set(direct, list);
    }
    return list;
  };
  return (row) => ({
    id: row.id,
    version: row.version,
    createdAt: instantText(row.created_at),
    modifiedAt: instantText(row.modified_at),
    document: row.document,
    groups: groupsOf(row.direct),
  });
}

const idsIn = (array: string): readonly string[] => (array === "{}" ? [] : array.slice(1, -1).split(","));

function groupsIn(direct: readonly string[], known: Readonly<Record<string, KnownGroup>>): readonly GroupOfUser[] {
  const types = new Map<string, GroupOfUser["type"]>();
  for (const id of direct) for (const above of known[id]!.within) types.set(above, "indirect");
  for (const id of direct) types.set(id, "direct");
  return [...types.keys()].sort().map((id) => ({ id, display: known[id]!.display, type: types.get(id)! }));
}

export const USERS: ListTable<UserRow, StoredUser> = {
  resource: "User",
  table: "users u",
  alias: "u",
  select: `u.id, u.version, u.created_at::text, u.modified_at::text, u.document, ${directGroups("u.id")}`,
  shared: GROUPS_OF_PAGE,
  items: usersOf,
};
