import type pg from "pg";
import type { GroupTarget, PathLevel, Structure } from "../../reconcile/places.ts";
import { run } from "../postgres/statement.ts";
import { foldedNames } from "../references.ts";
import { isKeyed } from "./keys.ts";
import { isAtTarget, isOnTheWayOnly, move, pruneUnused } from "./moves.ts";
import {
  add,
  describe,
  describesNode,
  ensure,
  keyOf,
  type Node,
  nodeAt,
  nodeOf,
  noteManagers,
} from "./nodes.ts";
import type { Scope } from "./scope.ts";
import {
  CLAIM_NODE,
  HELD,
  MISPLACED_BY_PARENT,
  MISPLACED_NESTED,
  NEXT_DESCRIBER,
  PEOPLE_IN,
  PLACEMENT,
  PUT_PLACEMENT,
  REMOVE_PLACEMENT,
} from "./statements.ts";

/*
 * Groups in the tree. Each group is placed on a node, is a role, or is neither. A changed placement requeues
 * the entities concerned.
 */

interface PlacementRow extends pg.QueryResultRow {
  kind: GroupTarget["kind"];
  department_id: string | null;
  name: string | null;
  managers: string[] | null;
  reason: string | null;
}

export async function moveGroup(
  scope: Scope,
  groupId: string,
  place: GroupTarget | undefined,
  structure: Structure,
): Promise<void> {
  const { client, target, marks } = scope;
  const [before] = await run<PlacementRow>(client, PLACEMENT, [target, groupId]);
  if (place?.kind === "none" && place.mistaken && before !== undefined && before.kind !== "none") return;
  const old = before?.department_id ?? null;
  const node =
    place?.kind === "department" ? await nodeForGroup(scope, groupId, place.path, structure) : null;

  if (place) {
    const name = place.kind === "role" ? place.name : null;
    const managers = place.kind === "department" ? (place.managers ?? null) : null;
    const reason = place.kind === "none" ? place.reason : null;
    await run(client, PUT_PLACEMENT, [
      target,
      groupId,
      place.kind,
      node,
      name,
      reason,
      managers,
      foldedNames(managers),
    ]);
    await noteManagers(scope, { node: old, managers: before?.managers ?? null }, { node, managers });
    // Notes of members tell why they have no department.
    const samePlace =
      before !== undefined && before.kind === place.kind && old === node && before.reason === reason;
    if (!samePlace) marks.membersOf.add(groupId);
    if (place.kind === "role" && (!samePlace || before?.name !== place.name)) marks.roles.add(groupId);
  } else await run(client, REMOVE_PLACEMENT, [target, groupId]);

  if (before?.kind === "role" && place?.kind !== "role") marks.roles.add(groupId);
  if (structure !== "path") await markMisplaced(scope, groupId, old, node, structure);
  if (old === null || old === node) return;
  const [next] = await run<{ group_id: string | null; user_id: string | null }>(client, NEXT_DESCRIBER, [
    old,
  ]);
  if (next?.group_id) marks.groups.add(next.group_id);
  else if (next?.user_id) marks.people.add(next.user_id);
  await pruneUnused(scope, old);
}

/**
 * Marks subgroups that have to be requeued: they are not below the node of this group, or they are still
 * below its earlier node.
 */
async function markMisplaced(
  { client, target, marks }: Scope,
  groupId: string,
  old: string | null,
  node: string | null,
  structure: Exclude<Structure, "path">,
): Promise<void> {
  const rows = await run<{ group_id: string }>(
    client,
    structure === "nested" ? MISPLACED_NESTED : MISPLACED_BY_PARENT,
    [target, groupId, node, old],
  );
  for (const row of rows) marks.groups.add(row.group_id);
}

/**
 * Returns the node for a group: the group's own node wherever it is, a node of other groups at the path, or a
 * new node.
 */
async function nodeForGroup(
  scope: Scope,
  groupId: string,
  path: readonly PathLevel[],
  structure: Structure,
): Promise<string> {
  const own = await nodeOf(scope, groupId);
  const there = await nodeAt(scope, keyOf(path));
  if (there && there.id === own?.id) {
    if (await describesNode(scope, own.id, groupId)) await describe(scope, own, path.at(-1)!);
    return own.id;
  }
  // A department with people in it by attributes stays where these people are.
  const follows = own !== undefined && (await run(scope.client, PEOPLE_IN, [own.id])).length === 0;
  if (there && !(follows && (await givesWay(scope, there, own.id, groupId)))) {
    if (!own) await adopt(scope, there, groupId);
    // If several groups have the same path, the oldest describes the department. Otherwise they would undo
    // each other's changes.
    if (await describesNode(scope, there.id, groupId)) await describe(scope, there, path.at(-1)!);
    return there.id;
  }
  if (follows) {
    await move(scope, own, path, structure !== "path");
    return own.id;
  }
  if (own) await run(scope.client, CLAIM_NODE, [own.id, null]);
  return add(scope, await ensure(scope, path.slice(0, -1)), path, { anchor: groupId });
}

/**
 * Whether the node at the path can be replaced by the group's own node. It can if it only exists as an
 * ancestor of other nodes. But if only the node at the path is at the target, people know that one, and it
 * stays.
 */
const givesWay = async (scope: Scope, there: Node, ownId: string, groupId: string): Promise<boolean> =>
  !isKeyed(there) &&
  (await isOnTheWayOnly(scope, there.id, groupId)) &&
  ((await isAtTarget(scope, ownId)) || !(await isAtTarget(scope, there.id)));

/** Gives a department to a group, if the group that owned it no longer stands for it. */
async function adopt({ client }: Scope, there: Node, groupId: string): Promise<void> {
  if (there.anchor === null || (await run(client, HELD, [there.id])).length === 0)
    await run(client, CLAIM_NODE, [there.id, groupId]);
}
