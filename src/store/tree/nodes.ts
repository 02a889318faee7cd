import { randomUUID } from "node:crypto";
import type pg from "pg";
import { fold } from "../../core/text/fold.ts";
import type { PathLevel } from "../../reconcile/places.ts";
import { sameValue } from "../../reconcile/plan.ts";
import type { Attributes } from "../../reconcile/target-values.ts";
import { run } from "../postgres/statement.ts";
import { nameNode, releaseName } from "./names.ts";
import type { Scope } from "./scope.ts";
import {
  ADD_NODE,
  DESCRIBE,
  DESCRIBED,
  EXTERNAL_PEOPLE,
  MANAGE,
  NODE_AT,
  NODE_BY_ID,
  NODE_OF,
  OLDER_GROUP,
  REVIVE,
  TELL_BELOW,
} from "./statements.ts";

/*
 * Nodes of the desired tree: find, make and describe them. Each changed node is marked. moves.ts moves and
 * ends them.
 */

export interface Node extends pg.QueryResultRow {
  id: string;
  parent_id: string | null;
  name: string;
  path_key: string[];
  name_key: string | null;
  settings: string;
  /**
   * Whether the department is for people of other organisations, by its own setting or by that of a parent.
   */
  external: boolean;
  present: boolean;
  /** The group or the key that owns the node. */
  anchor: string | null;
}

export const keyOf = (path: readonly PathLevel[]): string[] => path.map((level) => fold(level.name));
export const nameKeyOf = ({ name, nameKey }: PathLevel): string => nameKey ?? fold(name);

export const nodeAt = async ({ client, target }: Scope, key: readonly string[]): Promise<Node | undefined> =>
  (await run<Node>(client, NODE_AT, [target, key]))[0];

export const nodeById = async ({ client }: Scope, id: string): Promise<Node | undefined> =>
  (await run<Node>(client, NODE_BY_ID, [id]))[0];

/** The node of a group or a key. It may be waiting for its removal. */
export const nodeOf = async ({ client, target }: Scope, anchor: string): Promise<Node | undefined> =>
  (await run<Node>(client, NODE_OF, [target, anchor]))[0];

export const isExternal = async ({ client }: Scope, nodeId: string | null): Promise<boolean> =>
  nodeId !== null && (await run<{ external: boolean }>(client, NODE_BY_ID, [nodeId]))[0]?.external === true;

/** Whether no older group is placed on the node. */
export const describesNode = async ({ client }: Scope, nodeId: string, groupId: string): Promise<boolean> =>
  (await run(client, OLDER_GROUP, [nodeId, groupId])).length === 0;

/** Greater than the id of every group. */
export const MAX_UUID = "ffffffff-ffff-ffff-ffff-ffffffffffff";

const isDescribed = async ({ client }: Scope, nodeId: string): Promise<boolean> =>
  (await run(client, DESCRIBED, [nodeId])).length > 0;

/** What a node is made for. */
export interface Making {
  readonly anchor?: string;
  /**
   * For a rename: the old departments above the node that moves, nearest first. Each new level may replace
   * the old one of its depth.
   */
  readonly leaving?: readonly string[];
  /** The person whose attributes need the node. */
  readonly userId?: string;
}

/**
 * Makes the missing departments of a path, from the top down. Returns the id of the last one, null for the
 * empty path.
 */
export async function ensure(
  scope: Scope,
  path: readonly PathLevel[],
  { leaving = [], userId = MAX_UUID }: Making = {},
): Promise<string | null> {
  let parentId: string | null = null;
  for (let depth = 1; depth <= path.length; depth++) {
    const levels = path.slice(0, depth);
    const there: Node | undefined = await nodeAt(scope, keyOf(levels));
    const origin = leaving[path.length - depth];
    if (there && !(await isDescribed(scope, there.id)))
      await describe(scope, there, await withPeople(scope, there, levels.at(-1)!, userId));
    parentId = there
      ? there.id
      : await add(scope, parentId, levels, origin === undefined ? {} : { leaving: [origin] });
  }
  return parentId;
}

/**
 * The description of a node by the attributes of one person. If another person in the node is external, the
 * node stays external.
 */
export async function withPeople(
  { client }: Scope,
  node: Node,
  level: PathLevel,
  userId: string,
): Promise<PathLevel> {
  const stays =
    node.external && !level.external && (await run(client, EXTERNAL_PEOPLE, [node.id, userId])).length > 0;
  return { ...level, name: node.name, external: level.external || stays };
}

/**
 * Makes a node. If a node with the same path or name waits for its removal, that node is used again, so that
 * its department stays.
 */
export async function add(
  scope: Scope,
  parentId: string | null,
  path: readonly PathLevel[],
  { anchor, leaving = [] }: Making = {},
  key: readonly string[] = keyOf(path),
): Promise<string> {
  const { client, target, marks, settleMs } = scope;
  const { name, settings, external: own } = path.at(-1)!;
  const external = own || (await isExternal(scope, parentId));
  const nameKey = nameKeyOf(path.at(-1)!);
  const said = JSON.stringify(settings);
  const [revived] = await run<{ id: string }>(client, REVIVE, [
    target,
    key,
    parentId,
    name,
    said,
    external,
    nameKey,
    anchor ?? null,
  ]);
  const id = revived?.id ?? randomUUID();
  const [origin] = leaving;
  if (!revived) {
    const provisional = origin === undefined ? null : settleMs;
    await run(client, ADD_NODE, [
      id,
      target,
      parentId,
      name,
      key,
      said,
      external,
      nameKey,
      anchor ?? null,
      origin ?? null,
      provisional,
    ]);
  }
  await nameNode(scope, id, parentId, nameKey);
  marks.departments.add(id);
  return id;
}

export async function describe(
  scope: Scope,
  node: Node,
  { name, settings, external: own, nameKey }: PathLevel,
): Promise<void> {
  const before = JSON.parse(node.settings) as Attributes;
  const external = own || (await isExternal(scope, node.parent_id));
  const names = new Set([...Object.keys(before), ...Object.keys(settings)]);
  if (
    node.name === name &&
    node.external === external &&
    [...names].every((each) => sameValue(before[each], settings[each]))
  )
    return;
  const key =
    node.name === name
      ? node.name_key
      : nameKeyOf({ name, settings, external, ...(nameKey === undefined ? {} : { nameKey }) });
  await run(scope.client, DESCRIBE, [node.id, name, JSON.stringify(settings), external, key]);
  if (key !== node.name_key) {
    await nameNode(scope, node.id, node.parent_id, key);
    await releaseName(scope, node.parent_id, node.name_key);
  }
  scope.marks.departments.add(node.id);
  if (node.external !== external) await propagateExternal(scope, node.id, external);
}

/**
 * Departments below an external one are external too. People below are placed again, and groups below state
 * again what they are.
 */
export async function propagateExternal(
  { client, target, marks }: Scope,
  nodeId: string,
  external: boolean,
): Promise<void> {
  const below = await run<{ id: string; group_ids: string[] | null }>(client, TELL_BELOW, [
    target,
    nodeId,
    external,
  ]);
  for (const { id, group_ids } of below) {
    marks.peopleIn.add(id);
    for (const groupId of group_ids ?? []) {
      marks.membersOf.add(groupId);
      if (id !== nodeId) marks.groups.add(groupId);
    }
  }
}

/**
 * Requeues departments whose managers have changed. From then on the directory decides about their managers.
 */
export async function noteManagers(
  { client, marks }: Scope,
  before: { readonly node: string | null; readonly managers: readonly string[] | null },
  after: { readonly node: string | null; readonly managers: readonly string[] | null },
): Promise<void> {
  // An empty list is not the same as no list. It states that the department has no managers.
  if (before.node === after.node && sameNames(before.managers, after.managers)) return;
  if (before.node !== null && before.managers !== null) marks.departments.add(before.node);
  if (after.node === null || after.managers === null) return;
  marks.departments.add(after.node);
  await run(client, MANAGE, [after.node]);
}

export const sameNames = (one: readonly string[] | null, other: readonly string[] | null): boolean =>
  JSON.stringify(one) === JSON.stringify(other);
