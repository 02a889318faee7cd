import { isUuid } from "../../core/id.ts";
import type { PathLevel } from "../../reconcile/places.ts";
import { run } from "../postgres/statement.ts";
import { nameNode, releaseName } from "./names.ts";
import {
  add,
  ensure,
  isExternal,
  keyOf,
  type Node,
  nameKeyOf,
  nodeAt,
  nodeById,
  propagateExternal,
} from "./nodes.ts";
import type { Scope } from "./scope.ts";
import {
  ADOPT,
  CHILDREN,
  DROP_NODE,
  HEIRS,
  IS_AT_TARGET,
  LET_GO,
  MOVE_NODE,
  OWNED_ELSEWHERE,
  PEOPLE_IN,
  REKEY_BELOW,
  STANDING,
  VACATE,
} from "./statements.ts";

/*
 * How nodes move and end. A node belongs to a group or a key, and follows it to its new path. A node that
 * only exists as an ancestor of others makes room for it. The parts of one rename arrive in any order, so two
 * cases are corrected afterwards. Case 1 (`pruneUnused`): no group stands for a department any more, and all
 * its children are below a new department. Then the old department continues in place of the new one. Case 2
 * (`move`): the children of a group moved first. Then the department of the group replaces the one that was
 * made for them.
 */

/**
 * Whether the node only exists as an ancestor of other nodes: no group except `groupId` is placed on it, and
 * nobody is in it by attributes.
 */
export const isOnTheWayOnly = async (
  { client }: Scope,
  nodeId: string,
  groupId: string | null,
): Promise<boolean> =>
  (await run(client, STANDING, [nodeId, groupId ?? NO_GROUP])).length === 0 &&
  (await run(client, PEOPLE_IN, [nodeId])).length === 0;

const NO_GROUP = "00000000-0000-0000-0000-000000000000";

export const isAtTarget = async ({ client }: Scope, nodeId: string): Promise<boolean> =>
  (await run(client, IS_AT_TARGET, [nodeId])).length > 0;

/**
 * Moves a node to a path. Only a node that exists as an ancestor of others may be there; it is replaced. With
 * `carries` the departments below move too (the tree is stated by parents or by keys). Without it they stay,
 * because their own paths state where they are. Then a new department takes the old place, until it is known
 * whether they follow.
 */
export async function move(
  scope: Scope,
  node: Node,
  path: readonly PathLevel[],
  carries: boolean,
  position?: { readonly parentId: string | null; readonly key: readonly string[] },
): Promise<void> {
  const { client, marks } = scope;
  const leaving = await above(scope, node);
  const standIn = await vacate(scope, node, carries);
  const parentId = position ? position.parentId : await ensure(scope, path.slice(0, -1), { leaving });
  const key = position?.key ?? keyOf(path);
  const last = path.at(-1)!;
  const there = await nodeAt(scope, key);
  if (there) await replace(scope, there, node.id);
  await settle(scope, node, { parentId, key, level: last });
  if (there) await releaseName(scope, there.parent_id, there.name_key);
  if (carries) await run(client, REKEY_BELOW, [node.id]);
  if (node.present) await releaseName(scope, node.parent_id, node.name_key);
  for (const row of await run<{ group_id: string }>(client, STANDING, [
    node.id,
    isUuid(node.anchor ?? "") ? node.anchor : NO_GROUP,
  ]))
    marks.groups.add(row.group_id);
  if (standIn !== undefined) await pruneUnused(scope, standIn);
  if (node.present && node.parent_id !== null && node.parent_id !== parentId)
    await pruneUnused(scope, node.parent_id);
}

/** The departments above a node, nearest first. */
async function above(scope: Scope, node: Node): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let at = node.parent_id; at !== null; ) {
    ids.push(at);
    at = (await nodeById(scope, at))?.parent_id ?? null;
  }
  return ids;
}

/**
 * Takes a node off its path. Returns the id of the new department that holds the children in its place;
 * undefined when none is needed.
 */
async function vacate(scope: Scope, node: Node, carries: boolean): Promise<string | undefined> {
  const { client, marks } = scope;
  await run(client, VACATE, [node.id]);
  const children = carries ? [] : await run<{ id: string }>(client, CHILDREN, [node.id]);
  if (children.length === 0) return undefined;
  const levels = node.path_key.map((name) => ({ name, external: node.external, settings: {} }));
  const level = {
    ...levels.at(-1)!,
    name: node.name,
    ...(node.name_key === null ? {} : { nameKey: node.name_key }),
  };
  const standIn = await add(
    scope,
    node.parent_id,
    [...levels.slice(0, -1), level],
    { leaving: [node.id] },
    node.path_key,
  );
  await run(client, ADOPT, [node.id, standIn]);
  for (const child of children) marks.departments.add(child.id);
  return standIn;
}

/** Replaces `there`, which only exists as an ancestor of others. Its children move below `nodeId`. */
async function replace(scope: Scope, there: Node, nodeId: string): Promise<void> {
  const { client, marks, settleMs } = scope;
  for (const child of await run<{ id: string }>(client, CHILDREN, [there.id]))
    marks.departments.add(child.id);
  await run(client, ADOPT, [there.id, nodeId]);
  await run(client, DROP_NODE, [there.id, settleMs]);
  marks.departments.add(there.id);
}

interface TreePosition {
  readonly parentId: string | null;
  readonly key: readonly string[];
  readonly level: PathLevel;
}

async function settle(scope: Scope, node: Node, { parentId, key, level }: TreePosition): Promise<void> {
  const external = level.external || (await isExternal(scope, parentId));
  const nameKey = nameKeyOf(level);
  await run(scope.client, MOVE_NODE, [
    node.id,
    parentId,
    level.name,
    key,
    JSON.stringify(level.settings),
    external,
    nameKey,
  ]);
  await nameNode(scope, node.id, parentId, nameKey);
  if (external !== node.external) await propagateExternal(scope, node.id, external);
}

/**
 * Ends nodes that nothing needs any more, from this node upwards. If all children of a node moved below one
 * new department, the old node continues in its place.
 */
export async function pruneUnused(scope: Scope, nodeId: string): Promise<void> {
  const { client, marks, settleMs } = scope;
  for (let id: string | null = nodeId; id !== null; ) {
    const [gone]: { parent_id: string | null; name_key: string }[] = await run<{
      parent_id: string | null;
      name_key: string;
    }>(client, LET_GO, [id, settleMs]);
    if (!gone) return;
    marks.departments.add(id);
    await releaseName(scope, gone.parent_id, gone.name_key);
    const [heir] = await run<Node>(client, HEIRS, [id]);
    if (heir && (await isAtTarget(scope, id)) && (await run(client, OWNED_ELSEWHERE, [id])).length === 0)
      await goOnAs(scope, id, heir);
    id = gone.parent_id;
  }
}

async function goOnAs(scope: Scope, nodeId: string, heir: Node): Promise<void> {
  await replace(scope, heir, nodeId);
  const level = {
    name: heir.name,
    external: heir.external,
    settings: JSON.parse(heir.settings),
    ...(heir.name_key === null ? {} : { nameKey: heir.name_key }),
  };
  const node = { ...heir, id: nodeId };
  await settle(scope, node, { parentId: heir.parent_id, key: heir.path_key, level });
}
