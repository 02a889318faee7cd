import type pg from "pg";
import type { Member } from "../../directory/group.ts";
import type { FewMembers } from "../../directory/ports.ts";
import { run, type Statement } from "../postgres/statement.ts";

/** For each group at most `$2` members, in the order of `membersOf`: people by id, then groups by id. */
const FIRST_MEMBERS: Statement = {
  name: "groups-first-members",
  text: `select t.id as group_id, m.id, m.type, m.display
    from unnest($1::uuid[]) with ordinality t(id, n)
    cross join lateral (
      (select m.user_id as id, 'User' as type, u.document->>'displayName' as display, 0 as rank
         from group_members m join users u on u.id = m.user_id where m.group_id = t.id order by m.user_id limit $2)
      union all
      (select c.child_id, 'Group', g.display_name, 1
         from group_children c join groups g on g.id = c.child_id where c.group_id = t.id order by c.child_id limit $2)
      order by rank, id limit $2) m
   order by t.n, m.rank, m.id`,
};

/** How many of these are counted of a group that has more than are asked for. */
const COUNTED = 1_000;

/** The members of group $1 where there are at most $2; of a larger group they are counted along the index, and none is read. */
const FEW_MEMBERS: Statement = {
  name: "group-few-members",
  text: `with few as materialized (select count(*)::int as n from (
      select 1 from ((select 1 from group_members m where m.group_id = $1 limit ${COUNTED}) union all
                     (select 1 from group_children c where c.group_id = $1 limit ${COUNTED})) t limit ${COUNTED}) t)
  select few.n, m.id, m.type, m.display
    from few left join lateral (
      (select m.user_id as id, 'User' as type, u.document->>'displayName' as display, 0 as rank
         from group_members m join users u on u.id = m.user_id where m.group_id = $1 and few.n <= $2)
      union all
      (select c.child_id, 'Group', g.display_name, 1
         from group_children c join groups g on g.id = c.child_id where c.group_id = $1 and few.n <= $2)) m on true
   order by m.rank, m.id`,
};

/** `count`: of its members, up to 1,000. `members`: all of them where there are at most `atMost`, else none. */
export async function fewMembersOf(pool: pg.Pool, groupId: string, atMost: number): Promise<FewMembers> {
  const rows = await run<MemberRow & { n: number }>(pool, FEW_MEMBERS, [groupId, atMost]);
  const members = rows.flatMap(({ id, type, display }) => (id === null ? [] : [{ id, type, display: display ?? undefined }]));
  return { count: rows[0]!.n, members };
}

interface MemberRow extends pg.QueryResultRow {
  group_id: string;
  id: string;
  type: "User" | "Group";
  display: string | null;
}

/** The first members of many groups in one statement. Groups without members are missing in the answer. */
export async function firstMembersOf(
  pool: pg.Pool,
  groupIds: readonly string[],
  atMost: number,
): Promise<ReadonlyMap<string, readonly Member[]>> {
  const members = new Map<string, Member[]>();
  for (const { group_id, id, type, display } of await run<MemberRow>(pool, FIRST_MEMBERS, [groupIds, atMost])) {
    const ofGroup = members.get(group_id);
    const member: Member = { id, type, display: display ?? undefined };
    if (ofGroup) ofGroup.push(member);
    else members.set(group_id, [member]);
  }
  return members;
}
