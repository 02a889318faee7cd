import { randomUUID } from "node:crypto";
import type pg from "pg";
import { fold } from "../core/fold.ts";
import { sameValue } from "../reconcile/plan.ts";
import type { GroupPlace, PathLevel, PersonPlace, ReconcileStore } from "../reconcile/ports.ts";
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
    placeGroup: (groupId, place, causes) =>
      underLock(causes, async (scope) => {
        const [before] = await run<PlacementRow>(scope.client, PLACEMENT, [target, groupId]);
        await moveGroup(scope, groupId, before, place);
      }),

    placePerson: (userId, places, causes) => underLock(causes, (scope) => movePerson(scope, userId, places)),
  };
}

interface Scope {
  readonly client: pg.PoolClient;
  readonly target: string;
  readonly marks: Marks;
}

/** Whom a change of the tree concerns: nodes, roles (by group) and everybody in a group. Written at its end, each entity once. */
interface Marks {
  readonly departments: Set<string>;
  readonly roles: Set<string>;
  readonly membersOf: Set<string>;
}

const noMarks = (): Marks => ({ departments: new Set(), roles: new Set(), membersOf: new Set() });

async function writeMarks({ client, target, marks }: Scope, causes: readonly string[]): Promise<void> {
  if (marks.departments.size + marks.roles.size + marks.membersOf.size === 0) return;
  await run(client, MARK, [[target], [...marks.departments], [...marks.roles], [...marks.membersOf], causes]);
}

interface PlacementRow extends pg.QueryResultRow {
  kind: GroupPlace["kind"];
  department_id: string | null;
  name: string | null;
}

async function moveGroup(scope: Scope, groupId: string, before: PlacementRow | undefined, place: GroupPlace | undefined): Promise<void> {
  const { client, target, marks } = scope;
  const old = before?.department_id ?? null;
  const node = place?.kind === "department" ? await nodeForGroup(scope, groupId, old, place) : null;

  if (place) {
    const name = place.kind === "role" ? place.name : null;
    await run(client, PUT_PLACEMENT, [target, groupId, place.kind, node, name, place.kind === "none" ? place.reason : null]);
    const sameSeat = before !== undefined && before.kind === place.kind && old === node;
    if (!sameSeat) marks.membersOf.add(groupId);
    if (place.kind === "role" && (!sameSeat || before?.name !== place.name)) marks.roles.add(groupId);
  } else await run(client, REMOVE_PLACEMENT, [target, groupId]);

  if (before?.kind === "role" && place?.kind !== "role") marks.roles.add(groupId);
  if (old !== null && old !== node) await letGo(scope, old);
}

/** The node a group is placed on: the one at its path, or its own one renamed and moved there, or a new one. */
async function nodeForGroup(
  scope: Scope,
  groupId: string,
  ownId: string | null,
  place: Extract<GroupPlace, { kind: "department" }>,
): Promise<string> {
  const key = keyOf(place.path);
  const own = ownId === null ? undefined : await nodeById(scope, ownId);
  const there = await nodeAt(scope, key);
  if (there) {
    await describe(scope, there, place.path.at(-1)!, place.settings);
    return there.id;
  }
  const parentId = await ensure(scope, place.path.slice(0, -1));
  if (!own || !(await onlyFor(scope, own.id, groupId))) return add(scope, parentId, place.path, place.settings);
  await rename(scope, own, parentId, place);
  return own.id;
}

async function rename(scope: Scope, own: Node, parentId: string | null, place: Extract<GroupPlace, { kind: "department" }>): Promise<void> {
  const { client, target, marks } = scope;
  const key = keyOf(place.path);
  const children = await run<{ id: string }>(client, CHILDREN, [own.id]);
  const last = place.path.at(-1)!;
  await run(client, MOVE_NODE, [own.id, parentId, last.name, key, JSON.stringify(place.settings), last.external]);
  marks.departments.add(own.id);
  if (children.length > 0 && place.carries) await run(client, REKEY_BELOW, [own.id]);
  if (children.length > 0 && !place.carries) {
    // Departments below stay where their own names say they are, so their old parent is made anew.
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
    parentId = there ? there.id : await add(scope, parentId, levels, {});
  }
  return parentId;
}

/** A new node, or one of the same path that waits to be removed: then its department is kept. */
async function add(
  { client, target, marks }: Scope,
  parentId: string | null,
  path: readonly PathLevel[],
  settings: Attributes,
): Promise<string> {
  const { name, external } = path.at(-1)!;
  const key = keyOf(path);
  const [revived] = await run<{ id: string }>(client, REVIVE, [target, key, parentId, name, JSON.stringify(settings), external]);
  const id = revived?.id ?? randomUUID();
  if (!revived) await run(client, ADD_NODE, [id, target, parentId, name, key, JSON.stringify(settings), external]);
  marks.departments.add(id);
  return id;
}

async function describe({ client, marks }: Scope, node: Node, { name, external }: PathLevel, settings: Attributes): Promise<void> {
  const before = JSON.parse(node.settings) as Attributes;
  const names = new Set([...Object.keys(before), ...Object.keys(settings)]);
  if (node.name === name && node.external === external && [...names].every((each) => sameValue(before[each], settings[each]))) return;
  await run(client, DESCRIBE, [node.id, name, JSON.stringify(settings), external]);
  marks.departments.add(node.id);
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

const onlyFor = async ({ client }: Scope, nodeId: string, groupId: string): Promise<boolean> =>
  (await run(client, SHARED, [nodeId, groupId])).length === 0;

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
      union all select distinct 'user', m.user_id, ${PRIORITY.person}::smallint, $5::uuid[] from group_members m where m.group_id = any($4::uuid[])) m`,
    "$1::text[]",
  )}),
  woken as (${wakeUp("marked")})
  select (select count(*) from woken) as woken`,
);
