import type pg from "pg";
import { isUuid } from "../../core/id.ts";
import { MAX_NESTING, type MemberChange } from "../../directory/group.ts";
import { run, type Statement } from "../postgres/statement.ts";

/*
 * Groups inside groups. They are few compared with memberships of people. So each change locks the nesting of
 * the whole source and updates the closure (`group_ancestors`). A read of the groups of a person then needs
 * no recursion.
 */

export type Nesting =
  | {
      readonly kind: "ok";
      readonly changed: boolean;
      readonly people: { readonly add: readonly string[]; readonly remove: readonly string[] };
      /** The groups that were added and removed. */
      readonly groups: { readonly joined: readonly string[]; readonly left: readonly string[] };
    }
  | { readonly kind: "cycle" }
  | { readonly kind: "tooDeep" };

/**
 * Locks the nesting of a source until the transaction ends. It must be called before any row of a group is
 * locked. Otherwise two transactions could wait for each other.
 */
export async function lockNesting(client: pg.PoolClient, sourceId: string): Promise<void> {
  await run(client, LOCK, [sourceId]);
}

/**
 * Applies the groups in a change of members. The transaction must hold the lock. The answer has the people of
 * the change, which are not applied yet.
 */
export async function changeNesting(
  client: pg.PoolClient,
  sourceId: string,
  groupId: string,
  change: MemberChange,
): Promise<Nesting> {
  const wanted = change.kind === "all" ? change.members : change.add;
  const groups = (await run<{ id: string }>(client, GROUPS_AMONG, [sourceId, wanted.filter(isUuid)])).map(
    (row) => row.id,
  );
  const children = (await run<{ child_id: string }>(client, CHILDREN, [groupId])).map((row) => row.child_id);
  const leaving =
    change.kind === "all"
      ? children.filter((child) => !groups.includes(child))
      : children.filter((child) => change.remove.includes(child));
  const joining = groups.filter((group) => !children.includes(group));

  if (joining.length > 0) {
    const [cycle] = await run(client, CYCLE, [groupId, joining]);
    if (cycle || joining.includes(groupId)) return { kind: "cycle" };
    const [levels] = await run<{ above: number; below: number }>(client, LEVELS, [groupId, joining]);
    if (levels!.above + levels!.below > MAX_NESTING) return { kind: "tooDeep" };
    await run(client, ADD_CHILDREN, [groupId, joining]);
  }
  if (leaving.length > 0) await run(client, REMOVE_CHILDREN, [groupId, leaving]);
  const changed = joining.length + leaving.length > 0;
  if (changed) await refreshAncestors(client, await selfAndDescendants(client, [...joining, ...leaving]));

  const isGroup = new Set(groups);
  const add = wanted.filter((id) => !isGroup.has(id));
  const nested = new Set(children);
  const remove =
    change.kind === "all"
      ? await peopleOutside(client, groupId, add)
      : change.remove.filter((id) => !nested.has(id));
  return { kind: "ok", changed, people: { add, remove }, groups: { joined: joining, left: leaving } };
}

/**
 * To be called before a group is deleted. Takes the lock and returns the groups below. The caller must
 * refresh their ancestors after the deletion.
 */
export async function leaveNesting(
  client: pg.PoolClient,
  sourceId: string,
  groupId: string,
): Promise<readonly string[]> {
  await lockNesting(client, sourceId);
  const below = await selfAndDescendants(client, [groupId]);
  return below.filter((id) => id !== groupId);
}

/** Rebuilds the ancestors of these groups from the direct nesting. */
export async function refreshAncestors(client: pg.PoolClient, groupIds: readonly string[]): Promise<void> {
  if (groupIds.length === 0) return;
  await run(client, CLEAR_ANCESTORS, [groupIds]);
  await run(client, BUILD_ANCESTORS, [groupIds]);
}

async function selfAndDescendants(client: pg.PoolClient, groupIds: readonly string[]): Promise<string[]> {
  return (await run<{ id: string }>(client, DESCENDANTS, [groupIds])).map((row) => row.id);
}

async function peopleOutside(
  client: pg.PoolClient,
  groupId: string,
  keep: readonly string[],
): Promise<string[]> {
  return (await run<{ user_id: string }>(client, PEOPLE_OUTSIDE, [groupId, keep.filter(isUuid)])).map(
    (row) => row.user_id,
  );
}

const statement = (name: string, text: string): Statement => ({ name: `nesting-${name}`, text });

const LOCK = statement("lock", "select pg_advisory_xact_lock(hashtextextended('nesting:' || $1::text, 0))");
const GROUPS_AMONG = statement(
  "groups-among",
  "select id from groups where source_id = $1 and id = any($2::uuid[])",
);
const CHILDREN = statement("children", "select child_id from group_children where group_id = $1");
const CYCLE = statement(
  "cycle",
  "select 1 from group_ancestors where group_id = $1 and ancestor_id = any($2::uuid[]) limit 1",
);
/**
 * `above`: levels from the top down to this group. `below`: levels from the joining groups down. Both are
 * counted only up to the limit.
 */
const LEVELS = statement(
  "levels",
  `with recursive up(id, level) as (
     select $1::uuid, 1
     union
     select c.group_id, up.level + 1 from up join group_children c on c.child_id = up.id where up.level <= ${MAX_NESTING}),
   down(id, level) as (
     select g, 1 from unnest($2::uuid[]) g
     union
     select c.child_id, down.level + 1 from down join group_children c on c.group_id = down.id where down.level <= ${MAX_NESTING})
   select (select max(level) from up) as above, (select max(level) from down) as below`,
);
const ADD_CHILDREN = statement(
  "add",
  "insert into group_children (group_id, child_id) select $1, c from unnest($2::uuid[]) c on conflict do nothing",
);
const REMOVE_CHILDREN = statement(
  "remove",
  "delete from group_children where group_id = $1 and child_id = any($2::uuid[])",
);
const PEOPLE_OUTSIDE = statement(
  "people-outside",
  "select user_id from group_members where group_id = $1 and user_id <> all($2::uuid[])",
);
const DESCENDANTS = statement(
  "descendants",
  `with recursive below(id) as (
     select g from unnest($1::uuid[]) g
     union
     select c.child_id from group_children c join below b on c.group_id = b.id)
   select id from below`,
);
const CLEAR_ANCESTORS = statement("clear", "delete from group_ancestors where group_id = any($1::uuid[])");
const BUILD_ANCESTORS = statement(
  "build",
  `insert into group_ancestors (group_id, ancestor_id)
   with recursive above(group_id, ancestor_id) as (
     select c.child_id, c.group_id from group_children c where c.child_id = any($1::uuid[])
     union
     select a.group_id, c.group_id from above a join group_children c on c.child_id = a.ancestor_id)
   select group_id, ancestor_id from above on conflict do nothing`,
);
