import { randomUUID } from "node:crypto";
import type pg from "pg";
import { fold } from "../core/fold.ts";
import { sameValue } from "../reconcile/plan.ts";
import type { PathLevel } from "../reconcile/ports.ts";
import type { Attributes } from "../reconcile/target.ts";
import { run } from "./postgres.ts";
import type { Scope } from "./tree-scope.ts";
import {
  ADD_NODE,
  ADOPT,
  CHILDREN,
  DESCRIBE,
  DESCRIBED,
  EXTERNAL_PEOPLE,
  LET_GO,
  MANAGE,
  MOVE_NODE,
  NODE_AT,
  NODE_BY_ID,
  OLDER_GROUP,
  REKEY_BELOW,
  REVIVE,
  TELL_BELOW,
} from "./tree-statements.ts";

/* Nodes of the desired tree: found, made, renamed, described, and let go when nothing asks for them any more. Each that changes is marked. */

interface Node extends pg.QueryResultRow {
  id: string;
  parent_id: string | null;
  name: string;
  path_key: string[];
  settings: string;
  /** For people of other organisations: by itself, or because the one above is. */
  external: boolean;
}

export const keyOf = (path: readonly PathLevel[]): string[] => path.map((level) => fold(level.name));

export const nodeAt = async ({ client, target }: Scope, key: readonly string[]): Promise<Node | undefined> =>
  (await run<Node>(client, NODE_AT, [target, key]))[0];

export const nodeById = async ({ client }: Scope, id: string): Promise<Node | undefined> => (await run<Node>(client, NODE_BY_ID, [id]))[0];

const isExternal = async ({ client }: Scope, nodeId: string | null): Promise<boolean> =>
  nodeId !== null && (await run<{ external: boolean }>(client, NODE_BY_ID, [nodeId]))[0]?.external === true;

/** Whether no older group stands for the node. */
export const speaksFor = async ({ client }: Scope, nodeId: string, groupId: string): Promise<boolean> =>
  (await run(client, OLDER_GROUP, [nodeId, groupId])).length === 0;

/** Comes after every group. */
export const NOBODY = "ffffffff-ffff-ffff-ffff-ffffffffffff";

const isDescribed = async ({ client }: Scope, nodeId: string): Promise<boolean> => (await run(client, DESCRIBED, [nodeId])).length > 0;

/** Makes the departments of a path that are missing, from the top down; the id of the last one, null for the empty path. */
export async function ensure(scope: Scope, path: readonly PathLevel[], userId = NOBODY): Promise<string | null> {
  let parentId: string | null = null;
  for (let depth = 1; depth <= path.length; depth++) {
    const levels = path.slice(0, depth);
    const there: Node | undefined = await nodeAt(scope, keyOf(levels));
    if (there && !(await isDescribed(scope, there.id)))
      await describe(scope, there, await withPeople(scope, there, levels.at(-1)!, userId));
    parentId = there ? there.id : await add(scope, parentId, levels);
  }
  return parentId;
}

/** As one person's attributes describe a node, with what the others in it make of it: external people keep everybody else out. */
export async function withPeople({ client }: Scope, node: Node, level: PathLevel, userId: string): Promise<PathLevel> {
  const stays = node.external && !level.external && (await run(client, EXTERNAL_PEOPLE, [node.id, userId])).length > 0;
  return { ...level, name: node.name, external: level.external || stays };
}

/** A new node, or one of the same path that waits to be removed: then its department is kept. */
export async function add(scope: Scope, parentId: string | null, path: readonly PathLevel[]): Promise<string> {
  const { client, target, marks } = scope;
  const { name, settings, external: own } = path.at(-1)!;
  const key = keyOf(path);
  const external = own || (await isExternal(scope, parentId));
  const [revived] = await run<{ id: string }>(client, REVIVE, [target, key, parentId, name, JSON.stringify(settings), external]);
  const id = revived?.id ?? randomUUID();
  if (!revived) await run(client, ADD_NODE, [id, target, parentId, name, key, JSON.stringify(settings), external]);
  marks.departments.add(id);
  return id;
}

/** `carries`: departments below follow, as the tree is stated by parents; by path they stay where their own names say they are. */
export async function rename(
  scope: Scope,
  own: Node,
  parentId: string | null,
  path: readonly PathLevel[],
  carries: boolean,
): Promise<void> {
  const { client, target, marks } = scope;
  const children = await run<{ id: string }>(client, CHILDREN, [own.id]);
  const last = path.at(-1)!;
  const external = last.external || (await isExternal(scope, parentId));
  await run(client, MOVE_NODE, [own.id, parentId, last.name, keyOf(path), JSON.stringify(last.settings), external]);
  marks.departments.add(own.id);
  if (external !== own.external) await tellBelow(scope, own.id, external);
  if (children.length > 0 && carries) await run(client, REKEY_BELOW, [own.id]);
  if (children.length > 0 && !carries) {
    // Their old parent is made anew.
    const standIn = randomUUID();
    await run(client, ADD_NODE, [standIn, target, own.parent_id, own.name, own.path_key, "{}", own.external]);
    await run(client, ADOPT, [own.id, standIn]);
    marks.departments.add(standIn);
    for (const child of children) marks.departments.add(child.id);
  }
  if (own.parent_id !== null && own.parent_id !== parentId) await letGo(scope, own.parent_id);
}

export async function describe(scope: Scope, node: Node, { name, settings, external: own }: PathLevel): Promise<void> {
  const before = JSON.parse(node.settings) as Attributes;
  const external = own || (await isExternal(scope, node.parent_id));
  const names = new Set([...Object.keys(before), ...Object.keys(settings)]);
  if (node.name === name && node.external === external && [...names].every((each) => sameValue(before[each], settings[each]))) return;
  await run(scope.client, DESCRIBE, [node.id, name, JSON.stringify(settings), external]);
  scope.marks.departments.add(node.id);
  if (node.external !== external) await tellBelow(scope, node.id, external);
}

/** What is below an external department is external as well. People are placed anew; groups below say for themselves what they are when it no longer is. */
async function tellBelow({ client, target, marks }: Scope, nodeId: string, external: boolean): Promise<void> {
  const below = await run<{ id: string; group_ids: string[] | null }>(client, TELL_BELOW, [target, nodeId, external]);
  for (const { id, group_ids } of below) {
    marks.peopleIn.add(id);
    for (const groupId of group_ids ?? []) {
      marks.membersOf.add(groupId);
      if (id !== nodeId) marks.groups.add(groupId);
    }
  }
}

/** A department whose managers are named otherwise than before is looked at; one that has any named owns its list from now on. */
export async function noteManagers(
  { client, marks }: Scope,
  before: { readonly node: string | null; readonly managers: readonly string[] | null },
  after: { readonly node: string | null; readonly managers: readonly string[] | null },
): Promise<void> {
  // An empty list is not the same as none: it says that there are to be no managers.
  if (before.node === after.node && sameNames(before.managers, after.managers)) return;
  if (before.node !== null && before.managers !== null) marks.departments.add(before.node);
  if (after.node === null || after.managers === null) return;
  marks.departments.add(after.node);
  await run(client, MANAGE, [after.node]);
}

export const sameNames = (one: readonly string[] | null, other: readonly string[] | null): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

/** Lets nodes go that nothing asks for any more, from here upwards. */
export async function letGo({ client, marks }: Scope, nodeId: string): Promise<void> {
  for (let id: string | null = nodeId; id !== null; ) {
    const gone: { parent_id: string | null }[] = await run<{ parent_id: string | null }>(client, LET_GO, [id]);
    if (gone.length === 0) return;
    marks.departments.add(id);
    id = gone[0]!.parent_id;
  }
}
