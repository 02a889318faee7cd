import type { GroupOfUser, StoredUser } from "../directory/user.ts";
import type { RowPacking } from "./packed-rows.ts";
import type { ListTable } from "./page-statement.ts";
import { STORED_ROWS, storedColumns, storedOf } from "./stored-rows.ts";

/*
 * Rows of users as statements read them. The groups of a person (RFC 7643 section 4.1.2) are read once for all rows of a statement: who is listed by which,
 * what those are called and which they lie in. Worked out for each person they took two thirds of the time of a page.
 */

/** Of the people with the ids `p.ids`: `Groups` as JSON; NULL when none of them is in any. */
const GROUPS_OF_PAGE = `(
  with direct as materialized (select m.user_id, m.group_id from group_members m where m.user_id = any (p.ids)),
  listing as (select distinct group_id as id from direct)
  select json_build_object(
      'sets', json_agg(json_build_object('groups', s.group_ids, 'people', s.people)),
      'known', (
        select json_agg(json_build_object(
                 'id', g.id, 'display', g.display_name, 'within', array(select a.ancestor_id from group_ancestors a where a.group_id = g.id)))
          from groups g where g.id = any (array(
            select l.id from listing l union select a.ancestor_id from listing l join group_ancestors a on a.group_id = l.id))))::text
    from (
      select group_ids, string_agg(user_id::text, ',') as people
        from (select user_id, array_agg(group_id order by group_id) as group_ids from direct group by user_id) d group by group_ids) s
  having count(*) > 0)`;

interface Groups {
  /** People of one page often are in the same groups. Ids of the groups that list them, and of the people, joined by commas. */
  readonly sets: readonly { readonly groups: readonly string[]; readonly people: string }[];
  readonly known: readonly KnownGroup[];
}

interface KnownGroup {
  readonly id: string;
  readonly display: string;
  readonly within: readonly string[];
}

const NO_GROUPS: readonly GroupOfUser[] = [];

/** Makes users of the packed rows of one statement; `shared` is its `GROUPS_OF_PAGE`. Those in the same groups share the list. */
export function usersOf(shared: string | null): (row: string) => StoredUser {
  const groups = shared === null ? undefined : groupsByPerson(JSON.parse(shared) as Groups);
  return (row) => {
    const { id, version, createdAt, modifiedAt, document } = storedOf(row);
    // Written out: a spread of 100 objects a page took a tenth of its processor time.
    return { id, version, createdAt, modifiedAt, document, groups: groups?.get(id) ?? NO_GROUPS };
  };
}

function groupsByPerson({ sets, known }: Groups): ReadonlyMap<string, readonly GroupOfUser[]> {
  const byId = new Map(known.map((group) => [group.id, group]));
  const found = new Map<string, readonly GroupOfUser[]>();
  for (const { groups, people } of sets) {
    const list = groupsIn(groups, byId);
    for (const person of people.split(",")) found.set(person, list);
  }
  return found;
}

function groupsIn(direct: readonly string[], known: ReadonlyMap<string, KnownGroup>): readonly GroupOfUser[] {
  const types = new Map<string, GroupOfUser["type"]>();
  for (const id of direct) for (const above of known.get(id)!.within) types.set(above, "indirect");
  for (const id of direct) types.set(id, "direct");
  return [...types.keys()].sort().map((id) => ({ id, display: known.get(id)!.display, type: types.get(id)! }));
}

/** Packs rows of `storedColumns`. */
export const USER_ROWS: RowPacking = { ...STORED_ROWS, shared: GROUPS_OF_PAGE };

export const USERS: ListTable<StoredUser> = {
  resource: "User",
  table: "users u",
  alias: "u",
  select: storedColumns("u"),
  packing: USER_ROWS,
  items: usersOf,
};
