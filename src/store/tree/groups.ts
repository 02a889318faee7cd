import type pg from "pg";
import type { GroupTarget, PathLevel, Structure } from "../../reconcile/ports.ts";
import { run } from "../postgres/statement.ts";
import { foldedNames } from "../references.ts";
import { isKeyed } from "./keys.ts";
import { isAtTarget, isOnTheWayOnly, move, pruneUnused } from "./moves.ts";
import { add, describe, describesNode, ensure, keyOf, type Node, nodeAt, nodeOf, noteManagers } from "./nodes.ts";
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

/* Groups in the tree: the node, role or nothing that each one is placed on, and the entities to requeue when that changes. */

interface PlacementRow extends pg.QueryResultRow {
  kind: GroupTarget["kind"];
  department_id: string | null;
  name: string | null;
  managers: string[] | null;
}

export async function moveGroup(scope: Scope, groupId: string, place: GroupTarget | undefined, structure: Structure): Promise<void> {
  const { client, target, marks } = scope;
  const [before] = await run<PlacementRow>(client, PLACEMENT, [target, groupId]);
  if (place?.kind === "none" && place.mistaken && before !== undefined && before.kind !== "none") return;
  const old = before?.department_id ?? null;
  const node = place?.kind === "department" ? await nodeForGroup(scope, groupId, place.path, structure) : null;

  if (place) {
    const name = place.kind === "role" ? place.name : null;
    const managers = place.kind === "department" ? (place.managers ?? null) : null;
    const reason = place.kind === "none" ? place.reason : null;
    await run(client, PUT_PLACEMENT, [target, groupId, place.kind, node, name, reason, managers, foldedNames(managers)]);
    await noteManagers(scope, { node: old, managers: before?.managers ?? null }, { node, managers });
    const sameSeat = before !== undefined && before.kind === place.kind && old === node;
    if (!sameSeat) marks.membersOf.add(groupId);
    if (place.kind === "role" && (!sameSeat || before?.name !== place.name)) marks.roles.add(groupId);
  } else await run(client, REMOVE_PLACEMENT, [target, groupId]);

  if (before?.kind === "role" && place?.kind !== "role") marks.roles.add(groupId);
  if (structure !== "path") await markMisplaced(scope, groupId, old, node, structure);
  if (old === null || old === node) return;
  const [next] = await run<{ group_id: string | null; user_id: string | null }>(client, NEXT_DESCRIBER, [old]);
  if (next?.group_id) marks.groups.add(next.group_id);
  else if (next?.user_id) marks.people.add(next.user_id);
  await pruneUnused(scope, old);
}

/** Subgroups that are not under this group's node, or still under its former one: each has to be requeued. */
async function markMisplaced(
  { client, target, marks }: Scope,
  groupId: string,
  old: string | null,
  node: string | null,
  structure: Exclude<Structure, "path">,
): Promise<void> {
  const rows = await run<{ group_id: string }>(client, structure === "nested" ? MISPLACED_NESTED : MISPLACED_BY_PARENT, [
    target,
    groupId,
    node,
    old,
  ]);
  for (const row of rows) marks.groups.add(row.group_id);
}

/** The node a group is placed on: its own one, wherever that was, or the one of other groups at its path, or a new one. */
async function nodeForGroup(scope: Scope, groupId: string, path: readonly PathLevel[], structure: Structure): Promise<string> {
  const own = await nodeOf(scope, groupId);
  const there = await nodeAt(scope, keyOf(path));
  if (there && there.id === own?.id) {
    if (await describesNode(scope, own.id, groupId)) await describe(scope, own, path.at(-1)!);
    return own.id;
  }
  // A department with people in it by attributes stays with them.
  const follows = own !== undefined && (await run(scope.client, PEOPLE_IN, [own.id])).length === 0;
  if (there && !(follows && (await givesWay(scope, there, own.id, groupId)))) {
    if (!own) await adopt(scope, there, groupId);
    // Of several groups with one path the oldest says what the department is like, so that they do not undo each other.
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

/** What only stands on the way to others gives way to a group's own department, unless it is the only one of the two that people know. */
const givesWay = async (scope: Scope, there: Node, ownId: string, groupId: string): Promise<boolean> =>
  !isKeyed(there) &&
  (await isOnTheWayOnly(scope, there.id, groupId)) &&
  ((await isAtTarget(scope, ownId)) || !(await isAtTarget(scope, there.id)));

/** A department whose own group is gone or elsewhere for good is the group's that comes to it. */
async function adopt({ client }: Scope, there: Node, groupId: string): Promise<void> {
  if (there.anchor === null || (await run(client, HELD, [there.id])).length === 0) await run(client, CLAIM_NODE, [there.id, groupId]);
}
