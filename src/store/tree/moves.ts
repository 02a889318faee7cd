import { isUuid } from "../../core/id.ts";
import type { PathLevel } from "../../reconcile/ports.ts";
import { run } from "../postgres/statement.ts";
import { nameNode, releaseName } from "./names.ts";
import { add, ensure, isExternal, keyOf, type Node, nameKeyOf, nodeAt, nodeById, propagateExternal } from "./nodes.ts";
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
 * Nodes that move, and nodes that go. A node belongs to a group or a key and follows it wherever it is renamed to; what only stood on the way to others
 * gives way to it. The parts of one rename arrive in any order, so two things are put right afterwards: a department that no group stands for and whose
 * children all left for a new one goes on as that one (`letGo`), and a group that comes to where its children went first takes their new department over
 * (`move`).
 */

/** Whether nothing but nodes below asks for the node, leaving a group aside. */
export const isOnTheWayOnly = async ({ client }: Scope, nodeId: string, groupId: string | null): Promise<boolean> =>
  (await run(client, STANDING, [nodeId, groupId ?? NO_GROUP])).length === 0 && (await run(client, PEOPLE_IN, [nodeId])).length === 0;

const NO_GROUP = "00000000-0000-0000-0000-000000000000";

export const isAtTarget = async ({ client }: Scope, nodeId: string): Promise<boolean> =>
  (await run(client, IS_AT_TARGET, [nodeId])).length > 0;

/**
 * Puts a node at a path, which nothing but nodes below may hold. `carries`: departments below follow, as the tree is stated by parents or keys; by path
 * they stay where their own names say they are, below a department that stands in for the old one until it is seen whether they follow.
 */
export async function move(
  scope: Scope,
  node: Node,
  path: readonly PathLevel[],
  carries: boolean,
  seat?: { readonly parentId: string | null; readonly key: readonly string[] },
): Promise<void> {
  const { client, marks } = scope;
  const leaving = await above(scope, node);
  const standIn = await vacate(scope, node, carries);
  const parentId = seat ? seat.parentId : await ensure(scope, path.slice(0, -1), { leaving });
  const key = seat?.key ?? keyOf(path);
  const last = path.at(-1)!;
  const there = await nodeAt(scope, key);
  if (there) await replace(scope, there, node.id);
  await settle(scope, node, { parentId, key, level: last });
  if (there) await releaseName(scope, there.parent_id, there.name_key);
  if (carries) await run(client, REKEY_BELOW, [node.id]);
  if (node.present) await releaseName(scope, node.parent_id, node.name_key);
  for (const row of await run<{ group_id: string }>(client, STANDING, [node.id, isUuid(node.anchor ?? "") ? node.anchor : NO_GROUP]))
    marks.groups.add(row.group_id);
  if (standIn !== undefined) await pruneUnused(scope, standIn);
  if (node.present && node.parent_id !== null && node.parent_id !== parentId) await pruneUnused(scope, node.parent_id);
}

/** Old departments above a node, nearest first. */
async function above(scope: Scope, node: Node): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let at = node.parent_id; at !== null; ) {
    ids.push(at);
    at = (await nodeById(scope, at))?.parent_id ?? null;
  }
  return ids;
}

/** Takes a node off its path; the id of the department made to hold those below, if there has to be one. */
async function vacate(scope: Scope, node: Node, carries: boolean): Promise<string | undefined> {
  const { client, marks } = scope;
  await run(client, VACATE, [node.id]);
  const children = carries ? [] : await run<{ id: string }>(client, CHILDREN, [node.id]);
  if (children.length === 0) return undefined;
  const levels = node.path_key.map((name) => ({ name, external: node.external, settings: {} }));
  const level = { ...levels.at(-1)!, name: node.name, ...(node.name_key === null ? {} : { nameKey: node.name_key }) };
  const standIn = await add(scope, node.parent_id, [...levels.slice(0, -1), level], { leaving: [node.id] }, node.path_key);
  await run(client, ADOPT, [node.id, standIn]);
  for (const child of children) marks.departments.add(child.id);
  return standIn;
}

/** One that only stood on the way to others gives way to `nodeId`, which takes over what is below. */
async function replace(scope: Scope, there: Node, nodeId: string): Promise<void> {
  const { client, marks, settleMs } = scope;
  for (const child of await run<{ id: string }>(client, CHILDREN, [there.id])) marks.departments.add(child.id);
  await run(client, ADOPT, [there.id, nodeId]);
  await run(client, DROP_NODE, [there.id, settleMs]);
  marks.departments.add(there.id);
}

interface Seat {
  readonly parentId: string | null;
  readonly key: readonly string[];
  readonly level: PathLevel;
}

async function settle(scope: Scope, node: Node, { parentId, key, level }: Seat): Promise<void> {
  const external = level.external || (await isExternal(scope, parentId));
  const nameKey = nameKeyOf(level);
  await run(scope.client, MOVE_NODE, [node.id, parentId, level.name, key, JSON.stringify(level.settings), external, nameKey]);
  await nameNode(scope, node.id, parentId, nameKey);
  if (external !== node.external) await propagateExternal(scope, node.id, external);
}

/** Lets nodes go that nothing asks for any more, from here upwards. One whose children all left for a new department goes on as that one. */
export async function pruneUnused(scope: Scope, nodeId: string): Promise<void> {
  const { client, marks, settleMs } = scope;
  for (let id: string | null = nodeId; id !== null; ) {
    const [gone]: { parent_id: string | null; name_key: string }[] = await run<{ parent_id: string | null; name_key: string }>(
      client,
      LET_GO,
      [id, settleMs],
    );
    if (!gone) return;
    marks.departments.add(id);
    await releaseName(scope, gone.parent_id, gone.name_key);
    const [heir] = await run<Node>(client, HEIRS, [id]);
    if (heir && (await isAtTarget(scope, id)) && (await run(client, OWNED_ELSEWHERE, [id])).length === 0) await goOnAs(scope, id, heir);
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
