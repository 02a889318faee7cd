import type pg from "pg";
import type { Member } from "../directory/group.ts";
import { run, type Statement } from "./postgres.ts";

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
