import { randomUUID } from "node:crypto";
import type pg from "pg";
import { fold } from "../core/fold.ts";
import { createKeyedLock } from "../core/keyed-lock.ts";
import { sameValue } from "../reconcile/plan.ts";
import type { GroupPlace, PathLevel, PersonPlace, ReconcileStore, Structure } from "../reconcile/ports.ts";
import type { Attributes } from "../reconcile/target.ts";
import { inTransaction, run } from "./postgres.ts";
import {
  ADD_NODE,
  ADOPT,
  CHILDREN,
  DESCRIBE,
  DESCRIBED,
  EXTERNAL_PEOPLE,
  LET_GO,
  LOCK,
  MANAGE,
  MARK,
  MISPLACED_BY_PARENT,
  MISPLACED_NESTED,
  MOVE_NODE,
  NEXT_SPEAKER,
  NODE_AT,
  NODE_BY_ID,
  OLDER_GROUP,
  PERSON_DEPARTMENTS,
  PLACEMENT,
  PUT_PERSON_DEPARTMENTS,
  PUT_PLACEMENT,
  REKEY_BELOW,
  REMOVE_PLACEMENT,
  REVIVE,
  SHARED,
  SPEAKER,
  TELL_BELOW,
} from "./tree-statements.ts";

/*
 * The desired department tree. A node is there as long as something asks for it: a group placed on it, a person in it by attributes, or a node below.
 * Changes are small and rare, so each takes the tree's lock, and all of them mark the nodes they touch and the people who move.
 */

interface Node extends pg.QueryResultRow {
  id: string;
  parent_id: string | null;
  name: string;
  path_key: string[];
  settings: string;
  /** For people of other organisations: by itself, or because the one above is. */
  external: boolean;
}

type Tree = Pick<ReconcileStore, "placeGroup" | "placePerson">;

export function createTree(pool: pg.Pool, target: string): Tree {
  // Runs of this process wait for the lock here: one that waits for it in the database keeps a connection from the others.
  const oneByOne = createKeyedLock();
  const underLock = <T>(causes: readonly string[], work: (scope: Scope) => Promise<T>): Promise<T> =>
    oneByOne(target, () =>
      inTransaction(pool, async (client) => {
        const scope: Scope = { client, target, marks: noMarks() };
        await run(client, LOCK, [target]);
        const value = await work(scope);
        await writeMarks(scope, causes);
        return value;
      }),
    );

  return {
    placeGroup: (groupId, place, structure, causes) =>
      underLock(causes, async (scope) => {
        const [before] = await run<PlacementRow>(scope.client, PLACEMENT, [target, groupId]);
        await moveGroup(scope, groupId, before, place, structure);
      }),

    placePerson: (userId, places, causes) => underLock(causes, (scope) => movePerson(scope, userId, places)),
  };
}

interface Scope {
  readonly client: pg.PoolClient;
  readonly target: string;
  readonly marks: Marks;
}

/** Whom a change of the tree concerns. Written at its end, each entity once. */
interface Marks {
  readonly departments: Set<string>;
  /** Roles and groups, by group. */
  readonly roles: Set<string>;
  readonly groups: Set<string>;
  /** Everybody in these groups, and everybody in these departments by attributes. */
  readonly membersOf: Set<string>;
  readonly peopleIn: Set<string>;
  readonly people: Set<string>;
}

const noMarks = (): Marks => ({
  departments: new Set(),
  roles: new Set(),
  groups: new Set(),
  membersOf: new Set(),
  peopleIn: new Set(),
  people: new Set(),
});

async function writeMarks({ client, target, marks }: Scope, causes: readonly string[]): Promise<void> {
  const { departments, roles, groups, membersOf, peopleIn, people } = marks;
  if (Object.values(marks).every((marked: ReadonlySet<string>) => marked.size === 0)) return;
  await run(client, MARK, [[target], [...departments], [...roles], [...membersOf], causes, [...groups], [...peopleIn], [...people]]);
}

interface PlacementRow extends pg.QueryResultRow {
  kind: GroupPlace["kind"];
  department_id: string | null;
  name: string | null;
  managers: string[] | null;
}

async function moveGroup(
  scope: Scope,
  groupId: string,
  before: PlacementRow | undefined,
  place: GroupPlace | undefined,
  structure: Structure,
): Promise<void> {
  const { client, target, marks } = scope;
  const old = before?.department_id ?? null;
  const node = place?.kind === "department" ? await nodeForGroup(scope, groupId, old, place.path, structure) : null;

  if (place) {
    const name = place.kind === "role" ? place.name : null;
    const managers = place.kind === "department" ? (place.managers ?? null) : null;
    await run(client, PUT_PLACEMENT, [target, groupId, place.kind, node, name, place.kind === "none" ? place.reason : null, managers]);
    await noteManagers(scope, { node: old, managers: before?.managers ?? null }, { node, managers });
    const sameSeat = before !== undefined && before.kind === place.kind && old === node;
    if (!sameSeat) marks.membersOf.add(groupId);
    if (place.kind === "role" && (!sameSeat || before?.name !== place.name)) marks.roles.add(groupId);
  } else await run(client, REMOVE_PLACEMENT, [target, groupId]);

  if (before?.kind === "role" && place?.kind !== "role") marks.roles.add(groupId);
  if (structure !== "path") await markMisplaced(scope, groupId, old, node, structure);
  if (old === null || old === node) return;
  const [next] = await run<{ group_id: string | null; user_id: string | null }>(client, NEXT_SPEAKER, [old]);
  if (next?.group_id) marks.groups.add(next.group_id);
  else if (next?.user_id) marks.people.add(next.user_id);
  await letGo(scope, old);
}

/** A department whose managers are named otherwise than before is looked at; one that has any named owns its list from now on. */
async function noteManagers(
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

/** Groups below that are not under this group's node, or still under one it has left: each has to be looked at again. */
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

/** The node a group is placed on: the one at its path, or its own one renamed and moved there, or a new one. */
async function nodeForGroup(
  scope: Scope,
  groupId: string,
  ownId: string | null,
  path: readonly PathLevel[],
  structure: Structure,
): Promise<string> {
  const own = ownId === null ? undefined : await nodeById(scope, ownId);
  const there = await nodeAt(scope, keyOf(path));
  if (there) {
    // Of several groups with one path the oldest says what the department is like, so that they do not undo each other.
    if (await speaksFor(scope, there.id, groupId)) await describe(scope, there, path.at(-1)!);
    return there.id;
  }
  const parentId = await ensure(scope, path.slice(0, -1));
  // A department cannot move below itself: it stays above as long as anything is in it.
  const belowItself = own?.path_key.every((name, at) => keyOf(path)[at] === name);
  if (!own || belowItself || !(await onlyFor(scope, own.id, groupId))) return add(scope, parentId, path);
  await rename(scope, own, parentId, path, structure !== "path");
  return own.id;
}

/** `carries`: departments below follow, as the tree is stated by parents; by path they stay where their own names say they are. */
async function rename(scope: Scope, own: Node, parentId: string | null, path: readonly PathLevel[], carries: boolean): Promise<void> {
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

/** Makes the departments of a path that are missing, from the top down; the id of the last one, null for the empty path. */
async function ensure(scope: Scope, path: readonly PathLevel[], userId = NOBODY): Promise<string | null> {
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
async function withPeople({ client }: Scope, node: Node, level: PathLevel, userId: string): Promise<PathLevel> {
  const stays = node.external && !level.external && (await run(client, EXTERNAL_PEOPLE, [node.id, userId])).length > 0;
  return { ...level, name: node.name, external: level.external || stays };
}

/** A new node, or one of the same path that waits to be removed: then its department is kept. */
async function add(scope: Scope, parentId: string | null, path: readonly PathLevel[]): Promise<string> {
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

async function describe(scope: Scope, node: Node, { name, settings, external: own }: PathLevel): Promise<void> {
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

/** Lets nodes go that nothing asks for any more, from here upwards. */
async function letGo({ client, marks }: Scope, nodeId: string): Promise<void> {
  for (let id: string | null = nodeId; id !== null; ) {
    const gone: { parent_id: string | null }[] = await run<{ parent_id: string | null }>(client, LET_GO, [id]);
    if (gone.length === 0) return;
    marks.departments.add(id);
    id = gone[0]!.parent_id;
  }
}

interface PersonRow extends pg.QueryResultRow {
  department_id: string;
  main: boolean;
  external: boolean;
  managers: string[] | null;
  settings: string | null;
}

async function movePerson(scope: Scope, userId: string, places: readonly PersonPlace[]): Promise<boolean> {
  const { client, target } = scope;
  const rows = await run<PersonRow>(client, PERSON_DEPARTMENTS, [target, userId]);
  const before = new Map(rows.map((row) => [row.department_id, row] as const));
  const after = new Map<string, PersonRow & { readonly level: PathLevel }>();
  for (const place of places) {
    const id = await ensure(scope, place.path, userId);
    if (id !== null) after.set(id, { ...personRow(id, place, after.get(id)), level: place.path.at(-1)! });
  }
  const same = before.size === after.size && [...after].every(([id, row]) => sameRow(before.get(id), row));
  if (!same) await putPerson(scope, userId, before, after);
  for (const [id, { settings, external, level }] of after) if (settings !== null || external) await hearPeople(scope, id, level, userId);
  for (const row of before.values()) if (!after.has(row.department_id)) await leave(scope, row);
  return !same;
}

const personRow = (id: string, { path, main, managers, settings }: PersonPlace, twin: PersonRow | undefined): PersonRow => ({
  department_id: id,
  main: main || (twin?.main ?? false),
  external: path.at(-1)!.external,
  managers: managers ? [...managers] : null,
  settings: settings === undefined ? null : JSON.stringify(settings),
});

async function putPerson(
  scope: Scope,
  userId: string,
  before: ReadonlyMap<string, PersonRow>,
  after: ReadonlyMap<string, PersonRow>,
): Promise<void> {
  const rows = [...after.values()].map((row) => ({ ...row, settings: row.settings === null ? null : JSON.parse(row.settings) }));
  await run(scope.client, PUT_PERSON_DEPARTMENTS, [scope.target, userId, JSON.stringify(rows)]);
  for (const node of new Set([...before.keys(), ...after.keys()])) {
    const managersIn = (known: ReadonlyMap<string, PersonRow>) => ({ node, managers: known.get(node)?.managers ?? null });
    await noteManagers(scope, managersIn(before), managersIn(after));
    if (before.get(node)?.external && !after.get(node)?.external) scope.marks.peopleIn.add(node);
  }
}

/** Somebody else may speak for the department now, and only their own run knows what its path says. */
async function leave(scope: Scope, { department_id: id, settings }: PersonRow): Promise<void> {
  const [next] = settings === null ? [] : await run<{ user_id: string }>(scope.client, SPEAKER, [id]);
  if (next) scope.marks.people.add(next.user_id);
  await letGo(scope, id);
}

const sameRow = (before: PersonRow | undefined, after: PersonRow): boolean =>
  before !== undefined &&
  before.main === after.main &&
  before.external === after.external &&
  sameNames(before.managers, after.managers) &&
  // JSON as text, stored as it was written.
  before.settings === after.settings;

const sameNames = (one: readonly string[] | null, other: readonly string[] | null): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

/** What people's attributes say of a department comes before what its path says, and what a group says before both. */
async function hearPeople(scope: Scope, nodeId: string, level: PathLevel, userId: string): Promise<void> {
  const node = await nodeById(scope, nodeId);
  if (!node || !(await speaksFor(scope, nodeId, NOBODY))) return;
  const [speaker] = await run<{ settings: string }>(scope.client, SPEAKER, [nodeId]);
  const said = speaker ? (JSON.parse(speaker.settings) as Attributes) : {};
  await describe(scope, node, await withPeople(scope, node, { ...level, settings: { ...level.settings, ...said } }, userId));
}

const keyOf = (path: readonly PathLevel[]): string[] => path.map((level) => fold(level.name));

const nodeAt = async ({ client, target }: Scope, key: readonly string[]): Promise<Node | undefined> =>
  (await run<Node>(client, NODE_AT, [target, key]))[0];

const nodeById = async ({ client }: Scope, id: string): Promise<Node | undefined> => (await run<Node>(client, NODE_BY_ID, [id]))[0];

const isExternal = async ({ client }: Scope, nodeId: string | null): Promise<boolean> =>
  nodeId !== null && (await run<{ external: boolean }>(client, NODE_BY_ID, [nodeId]))[0]?.external === true;

/** Whether no older group stands for the node. */
const speaksFor = async ({ client }: Scope, nodeId: string, groupId: string): Promise<boolean> =>
  (await run(client, OLDER_GROUP, [nodeId, groupId])).length === 0;

/** Comes after every group. */
const NOBODY = "ffffffff-ffff-ffff-ffff-ffffffffffff";

const isDescribed = async ({ client }: Scope, nodeId: string): Promise<boolean> => (await run(client, DESCRIBED, [nodeId])).length > 0;

const onlyFor = async ({ client }: Scope, nodeId: string, groupId: string): Promise<boolean> =>
  (await run(client, SHARED, [nodeId, groupId])).length === 0;
