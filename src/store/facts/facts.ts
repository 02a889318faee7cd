import type pg from "pg";
import { fold } from "../../core/text/fold.ts";
import type { PersonFacts } from "../../reconcile/facts.ts";
import type { NameHolder } from "../../reconcile/holders.ts";
import type { ReconcileStore } from "../../reconcile/ports.ts";
import { batched } from "../postgres/batch.ts";
import type { Pool } from "../postgres/pool.ts";
import { run } from "../postgres/statement.ts";
import { MANAGED_BY } from "./department-managers.ts";
import {
  type DepartmentRow,
  departmentFactsOf,
  documentOf,
  linkOf,
  type ManagerJson,
  managerOf,
  type PersonRow,
  personOf,
  type ReferenceJson,
  type RoleRow,
  referenceOf,
} from "./rows.ts";
import { writtenSince } from "./source-writes.ts";
import {
  ABOVE,
  CIRCLE,
  DEPARTMENTS,
  GROUP_MEANT,
  GROUPS,
  MANAGER,
  NAME_HOLDERS,
  NAME_MANAGER,
  PARENT_IS_GONE,
  PEOPLE,
  ROLES,
} from "./statements.ts";

/* The stored data about entities at the beginning of a run. */

type Facts = Pick<
  ReconcileStore,
  | "people"
  | "groups"
  | "departments"
  | "roles"
  | "manager"
  | "writeNamedManager"
  | "managedBy"
  | "waitsInCircle"
  | "nameHolders"
  | "groupMeant"
  | "parentIsGone"
  | "groupsAbove"
  | "writtenSince"
>;

export function createFacts(pool: Pool, target: string): Facts {
  // Runs that start at the same time share a statement.
  const person = batched(async (ids: readonly string[]): Promise<readonly PersonFacts[]> => {
    const rows = await run<PersonRow>(pool.byKey, PEOPLE, [target, [...new Set(ids)]]);
    const facts = new Map(rows.map((row) => [row.id, personOf(row)]));
    return ids.map((id) => facts.get(id)!);
  });
  const circle = batched(
    async (
      waits: readonly { readonly id: string; readonly on: readonly string[] }[],
    ): Promise<readonly boolean[]> => {
      const values = [target, waits.map(({ id }) => id), waits.map(({ on }) => `{${on.join(",")}}`)];
      const rows = await run<{ at: number }>(pool.byKey, CIRCLE, values);
      const circles = new Set(rows.map((row) => row.at));
      return waits.map((_, at) => circles.has(at + 1));
    },
  );

  return {
    async people(ids) {
      return new Map(await Promise.all(ids.map(async (id) => [id, await person(id)] as const)));
    },

    async groups(ids) {
      const rows = await run<{ id: string; document: string | null }>(pool, GROUPS, [ids]);
      return new Map(rows.map((row) => [row.id, { document: documentOf(row.id, row.document) }]));
    },

    async departments(ids) {
      const rows = await run<DepartmentRow>(pool.byKey, DEPARTMENTS, [target, ids]);
      return new Map(rows.map((row) => [row.id, departmentFactsOf(row)]));
    },

    async roles(ids) {
      const rows = await run<RoleRow>(pool.byKey, ROLES, [target, ids]);
      return new Map(
        rows.map((row) => [
          row.id,
          { name: row.name ?? undefined, link: linkOf(row), occupied: row.occupied },
        ]),
      );
    },

    async manager(sourceId, ref) {
      const [row] = await run<{ manager: string }>(pool, MANAGER, [target, sourceId, ref]);
      return managerOf(JSON.parse(row!.manager) as ManagerJson);
    },

    async writeNamedManager(userId, reference) {
      await run(pool, NAME_MANAGER, [target, userId, reference]);
    },

    async managedBy(personId, staying) {
      return (
        await run<ReferenceJson & pg.QueryResultRow>(pool, MANAGED_BY, [target, personId, staying])
      ).map(referenceOf);
    },

    waitsInCircle: (id, on) => circle({ id, on }),

    async nameHolders(departmentId, { name, parent }) {
      const rows = await run<NameHolder & { parentId: string | null; top: boolean } & pg.QueryResultRow>(
        pool.byKey,
        NAME_HOLDERS,
        [target, name, parent, departmentId],
      );
      return rows.map(({ parentId, remoteId, state, ...row }) => ({
        ...row,
        remoteId: remoteId ?? undefined,
        state: state ?? undefined,
        parentId: parentId ?? undefined,
      }));
    },

    async groupMeant(groupId, reference) {
      const [row] = await run<{ id: string; document: string }>(pool, GROUP_MEANT, [
        groupId,
        reference,
        fold(reference),
      ]);
      return row && documentOf(row.id, row.document);
    },

    async parentIsGone(groupId) {
      return (await run(pool, PARENT_IS_GONE, [target, groupId])).length > 0;
    },

    writtenSince: (personId, since) => writtenSince(pool, personId, since),

    async groupsAbove(groupId) {
      const rows = await run<{ id: string; document: string }>(pool, ABOVE, [groupId]);
      return rows.map((row) => documentOf(row.id, row.document)!);
    },
  };
}
