import { randomUUID } from "node:crypto";
import type pg from "pg";
import { fold } from "../core/fold.ts";
import { sameValue } from "../reconcile/plan.ts";
import type { GroupPlace, PathLevel, PersonPlace, ReconcileStore, Structure } from "../reconcile/ports.ts";
import type { Attributes } from "../reconcile/target.ts";
import { inTransaction, run, type Statement } from "./postgres.ts";
import { markDue, PRIORITY, wakeUp } from "./sql.ts";

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
  const underLock = <T>(causes: readonly string[], work: (scope: Scope) => Promise<T>): Promise<T> =>
    inTransaction(pool, async (client) => {
      const scope: Scope = { client, target, marks: noMarks() };
      await run(client, LOCK, [target]);
      const value = await work(scope);
      await writeMarks(scope, causes);
      return value;
    });

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
}

const noMarks = (): Marks => ({ departments: new Set(), roles: new Set(), groups: new Set(), membersOf: new Set(), peopleIn: new Set() });

async function writeMarks({ client, target, marks }: Scope, causes: readonly string[]): Promise<void> {
  const { departments, roles, groups, membersOf, peopleIn } = marks;
  if (departments.size + roles.size + groups.size + membersOf.size + peopleIn.size === 0) return;
  await run(client, MARK, [[target], [...departments], [...roles], [...membersOf], causes, [...groups], [...peopleIn]]);
}

interface PlacementRow extends pg.QueryResultRow {
  kind: GroupPlace["kind"];
  department_id: string | null;
  name: string | null;
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
    await run(client, PUT_PLACEMENT, [target, groupId, place.kind, node, name, place.kind === "none" ? place.reason : null]);
    const sameSeat = before !== undefined && before.kind === place.kind && old === node;
    if (!sameSeat) marks.membersOf.add(groupId);
    if (place.kind === "role" && (!sameSeat || before?.name !== place.name)) marks.roles.add(groupId);
  } else await run(client, REMOVE_PLACEMENT, [target, groupId]);

  if (before?.kind === "role" && place?.kind !== "role") marks.roles.add(groupId);
  if (structure !== "path") await markMisplaced(scope, groupId, old, node, structure);
  if (old !== null && old !== node) await letGo(scope, old);
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
async function ensure(scope: Scope, path: readonly PathLevel[]): Promise<string | null> {
  let parentId: string | null = null;
  for (let depth = 1; depth <= path.length; depth++) {
    const levels = path.slice(0, depth);
    const there: Node | undefined = await nodeAt(scope, keyOf(levels));
    if (there && (await speaksFor(scope, there.id, NOBODY))) await describe(scope, there, { ...levels.at(-1)!, name: there.name });
    parentId = there ? there.id : await add(scope, parentId, levels);
  }
  return parentId;
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

async function movePerson(scope: Scope, userId: string, places: readonly PersonPlace[]): Promise<boolean> {
  const { client, target } = scope;
  const before = await run<{ department_id: string; main: boolean }>(client, PERSON_DEPARTMENTS, [target, userId]);
  const after = new Map<string, boolean>();
  for (const { path, main } of places) {
    const id = await ensure(scope, path);
    if (id !== null) after.set(id, main || (after.get(id) ?? false));
  }
  const same = before.length === after.size && before.every((row) => after.get(row.department_id) === row.main);
  if (same) return false;
  await run(client, PUT_PERSON_DEPARTMENTS, [target, userId, [...after.keys()], [...after.values()]]);
  for (const row of before) if (!after.has(row.department_id)) await letGo(scope, row.department_id);
  return true;
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

/** Comes after every group: a department is described by its path only while no group stands for it. */
const NOBODY = "ffffffff-ffff-ffff-ffff-ffffffffffff";

const onlyFor = async ({ client }: Scope, nodeId: string, groupId: string): Promise<boolean> =>
  (await run(client, SHARED, [nodeId, groupId])).length === 0;

/** The schema extension in which a group names its parent. */
const GROUP_EXTENSION = "urn:dingtalk-scim:params:scim:schemas:extension:dingtalk:2.0:Group";

const statement = (name: string, text: string): Statement => ({ name: `tree-${name}`, text });

const LOCK = statement("lock", "select pg_advisory_xact_lock(hashtextextended('department-tree:' || $1::text, 0))");
const PLACEMENT = statement("placement", "select kind, department_id, name from placements where target = $1 and group_id = $2");
const PUT_PLACEMENT = statement(
  "put-placement",
  `insert into placements (target, group_id, kind, department_id, name, reason) values ($1, $2, $3, $4, $5, $6)
   on conflict (target, group_id) do update set kind = excluded.kind, department_id = excluded.department_id, name = excluded.name, reason = excluded.reason`,
);
const REMOVE_PLACEMENT = statement("remove-placement", "delete from placements where target = $1 and group_id = $2");
const NODE_AT = statement("node-at", "select * from departments where target = $1 and path_key = $2 and present");
const NODE_BY_ID = statement("node-by-id", "select * from departments where id = $1 and present");
const SHARED = statement(
  "shared",
  `select 1 from placements where department_id = $1 and group_id <> $2
   union all select 1 from person_departments where department_id = $1 limit 1`,
);
const OLDER_GROUP = statement("older-group", "select 1 from placements where department_id = $1 and group_id < $2 limit 1");
const TELL_BELOW = statement(
  "tell-below",
  `with recursive below(id) as (
     select $2::uuid
     union
     select c.id from below b join departments c on c.parent_id = b.id and c.present),
   told as (update departments d set external = $3 from below b where d.id = b.id and d.external <> $3)
   select b.id, (select array_agg(p.group_id) from placements p where p.target = $1 and p.department_id = b.id) as group_ids from below b`,
);
/** Parameters: 1 target, 2 group, 3 its node, 4 the node it was on before. */
const MISPLACED_NESTED = statement(
  "misplaced-nested",
  `select c.child_id as group_id from group_children c
      left join placements p on p.target = $1 and p.group_id = c.child_id left join departments d on d.id = p.department_id
     where c.group_id = $2 and d.parent_id is distinct from $3
   union
   select p.group_id from departments d join placements p on p.department_id = d.id
     where d.parent_id = any(array[$3, $4]::uuid[])
       and (d.parent_id is distinct from $3 or not exists (select 1 from group_children c where c.group_id = $2 and c.child_id = p.group_id))`,
);
const MISPLACED_BY_PARENT = statement(
  "misplaced-by-parent",
  `select b.id as group_id from groups g
      join groups b on b.source_id = g.source_id and b.id <> g.id
       and lower(b.document#>>'{${GROUP_EXTENSION},parent}') in (g.id::text, lower(g.external_id), g.display_name_key)
      left join placements p on p.target = $1 and p.group_id = b.id left join departments d on d.id = p.department_id
     where g.id = $2 and d.parent_id is distinct from $3
   union
   select p.group_id from departments d join placements p on p.department_id = d.id
     where d.parent_id = $4 and d.parent_id is distinct from $3`,
);
const CHILDREN = statement("children", "select id from departments where parent_id = $1 and present");
const MOVE_NODE = statement(
  "move-node",
  "update departments set parent_id = $2, name = $3, path_key = $4, settings = $5, external = $6 where id = $1",
);
const REKEY_BELOW = statement(
  "rekey-below",
  `with recursive below(id, path_key, old) as (
     select d.id, d.path_key, d.path_key from departments d where d.id = $1
     union all
     select c.id, b.path_key || c.path_key[cardinality(c.path_key)], c.path_key from below b join departments c on c.parent_id = b.id and c.present)
   update departments d set path_key = b.path_key from below b where d.id = b.id and d.id <> $1`,
);
const ADD_NODE = statement(
  "add-node",
  "insert into departments (id, target, parent_id, name, path_key, settings, external) values ($1, $2, $3, $4, $5, $6, $7)",
);
const REVIVE = statement(
  "revive",
  `update departments set present = true, parent_id = $3, name = $4, settings = $5, external = $6
    where id = (select id from departments where target = $1 and path_key = $2 and not present order by id limit 1) returning id`,
);
const ADOPT = statement("adopt", "update departments set parent_id = $2 where parent_id = $1 and present and id <> $2");
const DESCRIBE = statement("describe", "update departments set name = $2, settings = $3, external = $4 where id = $1");
const LET_GO = statement(
  "let-go",
  `update departments d set present = false where d.id = $1 and d.present
     and not exists (select 1 from placements p where p.department_id = d.id)
     and not exists (select 1 from person_departments p where p.department_id = d.id)
     and not exists (select 1 from departments c where c.parent_id = d.id and c.present)
   returning d.parent_id`,
);
const PERSON_DEPARTMENTS = statement("person", "select department_id, main from person_departments where target = $1 and user_id = $2");
const PUT_PERSON_DEPARTMENTS = statement(
  "put-person",
  `with wanted as (select * from unnest($3::uuid[], $4::boolean[]) as w(department_id, main)),
   gone as (delete from person_departments p where p.target = $1 and p.user_id = $2 and p.department_id not in (select department_id from wanted))
   insert into person_departments (target, user_id, department_id, main) select $1, $2, w.department_id, w.main from wanted w
   on conflict (target, user_id, department_id) do update set main = excluded.main`,
);
const MARK = statement(
  "mark",
  `with marked as (${markDue(
    `(select 'department'::text as kind, d as entity_id, ${PRIORITY.structure}::smallint as priority, $5::uuid[] as causes from unnest($2::uuid[]) d
      union all select 'role', r, ${PRIORITY.structure}::smallint, $5::uuid[] from unnest($3::uuid[]) r
      union all select 'group', g, ${PRIORITY.structure}::smallint, $5::uuid[] from unnest($6::uuid[]) g
      union all select 'user', u.user_id, ${PRIORITY.person}::smallint, $5::uuid[] from (
        select m.user_id from group_members m where m.group_id = any($4::uuid[])
        union select p.user_id from person_departments p where p.department_id = any($7::uuid[])) u) m`,
    "$1::text[]",
  )}),
  woken as (${wakeUp("marked")})
  select (select count(*) from woken) as woken`,
);
