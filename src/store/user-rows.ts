import type { GroupOfUser, StoredUser } from "../directory/user.ts";
import { fieldsOf, type RowPacking } from "./packed-rows.ts";
import type { ListTable } from "./page-statement.ts";
import { STORED_FIELDS, storedColumns, storedOf } from "./stored-rows.ts";

/*
 * Rows of users as statements read them. The groups of a person (RFC 7643 section 4.1.2) come in two parts: ids of those that list the person with the row,
 * and what they are called and lie in once for all rows of a statement. Worked out for each person in SQL they took two thirds of the time of a page.
 */

/** Ids of the groups that list the person with the id that an SQL expression yields: `{…,…}`, as PostgreSQL writes an array. */
const directGroups = (id: string): string => `array(select m.group_id from group_members m where m.user_id = ${id})::text as direct`;

/** Columns of a person, of `users` by an alias or of what an update answered; `document` is an SQL expression. */
export const userColumns = (alias: string, document = `${alias}.document`): string =>
  `${storedColumns(alias, document)}, ${directGroups(`${alias}.id`)}`;

/** Of the groups in `p.related` and those they lie in: how each is called, and which it lies in. NULL when nobody is in any. */
export const GROUPS_OF_PAGE = `case when p.related is not null then (
  select json_object_agg(g.id, json_build_object(
           'display', g.display_name, 'within', array(select a.ancestor_id from group_ancestors a where a.group_id = g.id)))::text
    from groups g where g.id = any (array(
      with direct as (select distinct unnest(('{' || translate(p.related, '{}', '') || '}')::uuid[]) as id)
      select d.id from direct d union select a.ancestor_id from direct d join group_ancestors a on a.group_id = d.id))) end`;

interface KnownGroup {
  readonly display: string;
  readonly within: readonly string[];
}

/** Makes users of the packed rows of one statement; `groups` is its `GROUPS_OF_PAGE`. */
export function usersOf(groups: string | null): (row: string) => StoredUser {
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
  return (row) => {
    const fields = fieldsOf(row);
    return { ...storedOf(fields), groups: groupsOf(fields[5]!) };
  };
}

const idsIn = (array: string): readonly string[] => (array === "{}" ? [] : array.slice(1, -1).split(","));

function groupsIn(direct: readonly string[], known: Readonly<Record<string, KnownGroup>>): readonly GroupOfUser[] {
  const types = new Map<string, GroupOfUser["type"]>();
  for (const id of direct) for (const above of known[id]!.within) types.set(above, "indirect");
  for (const id of direct) types.set(id, "direct");
  return [...types.keys()].sort().map((id) => ({ id, display: known[id]!.display, type: types.get(id)! }));
}

/** Packs rows of `userColumns`. */
export const USER_ROWS: RowPacking = { fields: [...STORED_FIELDS, "r.direct"], related: "r.direct", shared: GROUPS_OF_PAGE };

export const USERS: ListTable<StoredUser> = {
  resource: "User",
  table: "users u",
  alias: "u",
  select: userColumns("u"),
  packing: USER_ROWS,
  items: usersOf,
};
