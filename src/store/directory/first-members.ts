import type pg from "pg";
import type { Member } from "../../directory/group.ts";
import type { FewMembers } from "../../directory/ports.ts";
import { isItemFailure } from "../postgres/app-errors.ts";
import { batched, REQUEST_MS } from "../postgres/batch.ts";
import { lookUp } from "../postgres/planner.ts";
import type { Pool } from "../postgres/pool.ts";
import { run, type Statement } from "../postgres/statement.ts";

/** Each member is looked up by its key. A join would read all people for the few members of one group. */
const USER_OF_MEMBER = lookUp("users x", "x.id = m.user_id");
const GROUP_OF_CHILD = lookUp("groups x", "x.id = c.child_id");

/** At most `$2` members of each group, in the order of `membersOf`: people by id, then groups by id. */
const FIRST_MEMBERS: Statement = {
  name: "groups-first-members",
  text: `select t.id as group_id, m.id, m.type, m.display
    from unnest($1::uuid[]) with ordinality t(id, n)
    cross join lateral (
      (select m.user_id as id, 'User' as type, u.document->>'displayName' as display, 0 as rank
         from (select user_id from group_members where group_id = t.id order by user_id limit $2) m
         cross join ${USER_OF_MEMBER} u)
      union all
      (select c.child_id, 'Group', g.display_name, 1
         from (select child_id from group_children where group_id = t.id order by child_id limit $2) c
         cross join ${GROUP_OF_CHILD} g)
      order by rank, id limit $2) m
   order by t.n, m.rank, m.id`,
};

/** Members of a group are counted up to this number. */
const COUNTED = 1_000;

/**
 * The members of each group of $1, if there are at most $2 of them. The members of a larger group are only
 * counted, by the index, and not read. A group without members has one row.
 */
const FEW_MEMBERS: Statement = {
  name: "groups-few-members",
  text: `select t.id as group_id, few.n, m.id, m.type, m.display
    from unnest($1::uuid[], $2::int[]) with ordinality t(id, at_most, at)
    cross join lateral (select count(*)::int as n from (
      select 1 from ((select 1 from group_members m where m.group_id = t.id limit ${COUNTED}) union all
                     (select 1 from group_children c where c.group_id = t.id limit ${COUNTED})) o limit ${COUNTED}) o) few
    left join lateral (
      (select m.user_id as id, 'User' as type, u.document->>'displayName' as display, 0 as rank
         from group_members m cross join ${USER_OF_MEMBER} u where m.group_id = t.id and few.n <= t.at_most)
      union all
      (select c.child_id, 'Group', g.display_name, 1
         from group_children c cross join ${GROUP_OF_CHILD} g where c.group_id = t.id and few.n <= t.at_most)) m on true
   order by t.at, m.rank, m.id`,
};

interface Asked {
  readonly groupId: string;
  readonly atMost: number;
}

/**
 * `count`: number of members of the group, up to 1,000. `members`: all members if there are at most `atMost`,
 * else none. A call sees everything that was committed before it. Clients send many concurrent changes of one
 * group: such calls share a statement, and calls for the same group share its rows. Rejects with Unavailable.
 */
export function createFewMembers(pool: Pool): (groupId: string, atMost: number) => Promise<FewMembers> {
  const answer = async (asked: readonly Asked[]): Promise<readonly FewMembers[]> => {
    const atMost = new Map(asked.map((each) => [each.groupId, each.atMost]));
    const rows = await run<MemberRow & { n: number }>(pool.byKey, FEW_MEMBERS, [
      [...atMost.keys()],
      [...atMost.values()],
    ]);
    const found = new Map<string, { readonly count: number; readonly members: Member[] }>();
    for (const { group_id, n, id, type, display } of rows) {
      const group = found.get(group_id) ?? { count: n, members: [] };
      found.set(group_id, group);
      if (id !== null) group.members.push({ id, type, display: display ?? undefined });
    }
    return asked.map(({ groupId }) => found.get(groupId)!);
  };
  const fits = (batch: readonly Asked[], { groupId, atMost }: Asked): boolean =>
    batch.every((other) => other.groupId !== groupId || other.atMost === atMost);
  const few = batched(answer, { isolates: isItemFailure, fits, answerWithinMs: REQUEST_MS });
  return (groupId, atMost) => few({ groupId, atMost });
}

interface MemberRow extends pg.QueryResultRow {
  group_id: string;
  id: string;
  type: "User" | "Group";
  display: string | null;
}

/** The first members of many groups, by one statement. Groups without members are missing in the answer. */
export async function firstMembersOf(
  pool: Pool,
  groupIds: readonly string[],
  atMost: number,
): Promise<ReadonlyMap<string, readonly Member[]>> {
  const members = new Map<string, Member[]>();
  for (const { group_id, id, type, display } of await run<MemberRow>(pool.byKey, FIRST_MEMBERS, [
    groupIds,
    atMost,
  ])) {
    const ofGroup = members.get(group_id);
    const member: Member = { id, type, display: display ?? undefined };
    if (ofGroup) ofGroup.push(member);
    else members.set(group_id, [member]);
  }
  return members;
}
