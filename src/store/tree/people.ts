import type pg from "pg";
import type { AttributeDepartment, PathLevel } from "../../reconcile/places.ts";
import type { Attributes } from "../../reconcile/target-values.ts";
import { run } from "../postgres/statement.ts";
import { foldedNames } from "../references.ts";
import { changedKeys, ensureKeyed, statedKeys } from "./keys.ts";
import { pruneUnused } from "./moves.ts";
import { describe, describesNode, MAX_UUID, nodeById, noteManagers, sameNames, withPeople } from "./nodes.ts";
import type { Scope } from "./scope.ts";
import { DESCRIBER, PERSON_DEPARTMENTS, PUT_PERSON_DEPARTMENTS } from "./statements.ts";

/*
 * People in the tree by their attributes: the nodes of each person, and what the person states about these
 * nodes.
 */

interface PersonRow extends pg.QueryResultRow {
  department_id: string;
  main: boolean;
  external: boolean;
  managers: string[] | null;
  settings: string | null;
  /** The keys on the path to the department, as the attributes of this person state them (keys.ts). */
  stated: string | null;
}

export async function movePerson(
  scope: Scope,
  userId: string,
  places: readonly AttributeDepartment[],
): Promise<boolean> {
  const { client, target } = scope;
  const rows = await run<PersonRow>(client, PERSON_DEPARTMENTS, [target, userId]);
  const before = new Map(rows.map((row) => [row.department_id, row] as const));
  const after = new Map<string, PersonRow & { readonly level: PathLevel }>();
  const changed = changedKeys(
    rows.map((row) => row.stated),
    places.map((place) => place.path),
  );
  for (const place of places) {
    const id = await ensureKeyed(scope, place.path, userId, changed);
    if (id !== null) after.set(id, { ...personRow(id, place, after.get(id)), level: place.path.at(-1)! });
  }
  const same = before.size === after.size && [...after].every(([id, row]) => sameRow(before.get(id), row));
  if (!same) await putPerson(scope, userId, before, after);
  for (const [id, { settings, external, level }] of after)
    if (settings !== null || external) await applyPeopleSettings(scope, id, level, userId);
  for (const row of before.values()) if (!after.has(row.department_id)) await leave(scope, row);
  return !same;
}

const personRow = (
  id: string,
  { path, main, managers, settings }: AttributeDepartment,
  twin: PersonRow | undefined,
): PersonRow => ({
  department_id: id,
  main: main || (twin?.main ?? false),
  external: path.at(-1)!.external,
  managers: managers ? [...managers] : null,
  settings: settings === undefined ? null : JSON.stringify(settings),
  stated: statedKeys(path),
});

async function putPerson(
  scope: Scope,
  userId: string,
  before: ReadonlyMap<string, PersonRow>,
  after: ReadonlyMap<string, PersonRow>,
): Promise<void> {
  const rows = [...after.values()].map((row) => ({
    ...row,
    managers_key: foldedNames(row.managers),
    settings: row.settings === null ? null : JSON.parse(row.settings),
  }));
  await run(scope.client, PUT_PERSON_DEPARTMENTS, [scope.target, userId, JSON.stringify(rows)]);
  for (const node of new Set([...before.keys(), ...after.keys()])) {
    const managersIn = (known: ReadonlyMap<string, PersonRow>) => ({
      node,
      managers: known.get(node)?.managers ?? null,
    });
    await noteManagers(scope, managersIn(before), managersIn(after));
    if (before.get(node)?.external && !after.get(node)?.external) scope.marks.peopleIn.add(node);
  }
}

const sameRow = (before: PersonRow | undefined, after: PersonRow): boolean =>
  before !== undefined &&
  before.main === after.main &&
  before.external === after.external &&
  before.stated === after.stated &&
  sameNames(before.managers, after.managers) &&
  // Both are JSON text, stored as it was written.
  before.settings === after.settings;

/**
 * Another person may describe the department from now on. Only a run of that person knows what the path
 * states.
 */
async function leave(scope: Scope, { department_id: id, settings }: PersonRow): Promise<void> {
  const [next] = settings === null ? [] : await run<{ user_id: string }>(scope.client, DESCRIBER, [id]);
  if (next) scope.marks.people.add(next.user_id);
  await pruneUnused(scope, id);
}

/**
 * Settings from attributes of people take precedence over settings from the path. Settings from a group take
 * precedence over both.
 */
async function applyPeopleSettings(
  scope: Scope,
  nodeId: string,
  level: PathLevel,
  userId: string,
): Promise<void> {
  const node = await nodeById(scope, nodeId);
  if (!node || !(await describesNode(scope, nodeId, MAX_UUID))) return;
  const [describer] = await run<{ settings: string }>(scope.client, DESCRIBER, [nodeId]);
  const settings = describer ? (JSON.parse(describer.settings) as Attributes) : {};
  await describe(
    scope,
    node,
    await withPeople(scope, node, { ...level, settings: { ...level.settings, ...settings } }, userId),
  );
}
