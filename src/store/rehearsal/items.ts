import type pg from "pg";
import type { EntityKind } from "../../core/entity.ts";
import type { Changes } from "../../history/event.ts";
import {
  PlanGone,
  type PlanItem,
  type PlannedAction,
  type PlannedWrite,
  type PlanQuery,
  type PlanSummary,
} from "../../reconcile/compare/plan-items.ts";
import type { SyncMode } from "../../reconcile/policy.ts";
import { codeOf } from "../postgres/failures.ts";
import { pageOf } from "../postgres/page.ts";
import { createParameters } from "../postgres/parameters.ts";
import { run } from "../postgres/statement.ts";
import { NAMES_OF_PERSON, personWith } from "../references.ts";
import {
  ADD_HELD,
  ADD_LEAVERS,
  DROP_UNCHANGED,
  HOLD_ALL,
  MAKE_DUE,
  RECORD,
  SUMMARY,
} from "./item-statements.ts";

/* The result of a rehearsal: one row for each entity in `plan_items` of shadow.ts. */

interface SummaryRow extends pg.QueryResultRow {
  actions: string | null;
  held: number;
  attributes: string | null;
  apis: string | null;
}

interface ItemRow extends pg.QueryResultRow {
  kind: EntityKind;
  id: string;
  name: string | null;
  action: PlannedAction;
  changes: Changes;
  held_by: string | null;
  until: Date | null;
}

/**
 * Stores writes in `plan_items`. A statement has each entity only once, because the second write of an entity
 * must find the row of the first.
 */
export async function recordWrites(session: pg.Pool, writes: readonly PlannedWrite[]): Promise<void> {
  let rows = new Map<string, object>();
  const flush = async (): Promise<void> => {
    if (rows.size > 0) await run(session, RECORD, [JSON.stringify([...rows.values()])]);
    rows = new Map();
  };
  for (const { ref, action, changes, calls } of writes) {
    const key = `${ref.kind}:${ref.id}`;
    if (rows.has(key)) await flush();
    const counts: Record<string, number> = {};
    for (const { api } of calls) counts[api] = (counts[api] ?? 0) + 1;
    rows.set(key, { kind: ref.kind, id: ref.id, action, changes, calls: counts });
  }
  await flush();
}

export async function makeDue(session: pg.Pool, target: string): Promise<number> {
  const [row] = await run<{ n: number }>(session, MAKE_DUE, [target]);
  return row!.n;
}

export async function summarise(session: pg.Pool, target: string, mode: SyncMode): Promise<PlanSummary> {
  await run(session, DROP_UNCHANGED, []);
  await run(session, ADD_HELD, [target]);
  if (mode === "observe") await run(session, HOLD_ALL, []);
  await run(session, ADD_LEAVERS, [target]);
  const [row] = await run<SummaryRow>(session, SUMMARY, []);
  const counts = (text: string | null) =>
    text === null ? {} : (JSON.parse(text) as Readonly<Record<string, number>>);
  const byApi = counts(row!.apis);
  return {
    ...{ create: 0, update: 0, remove: 0, suspend: 0, resume: 0 },
    ...counts(row!.actions),
    byAttribute: counts(row!.attributes),
    held: row!.held,
    calls: Object.values(byApi).reduce((sum, n) => sum + n, 0),
    byApi,
  };
}

/**
 * The name of an item. People come from the directory, departments and roles from the copy. A removed entity
 * that is unknown here has its name before the removal.
 */
const NAME = `coalesce(${NAMES_OF_PERSON}, d.name, r.name, p.changes->'name'->>'before')`;

export async function itemsOf(
  session: pg.Pool,
  target: string,
  { action, kind, after, count }: PlanQuery,
): Promise<{ readonly items: readonly PlanItem[]; readonly next?: string }> {
  const parameters = createParameters([target]);
  const conditions = ["true"];
  if (action) conditions.push(`p.action = ${parameters.add(action, "text")}`);
  if (kind) conditions.push(`p.kind = ${parameters.add(kind, "text")}`);
  const [afterKind, afterId] = after?.split(":") ?? [];
  if (afterKind && afterId)
    conditions.push(
      `(p.kind, p.id) > (${parameters.add(afterKind, "text")}, ${parameters.add(afterId, "uuid")})`,
    );
  // Lateral look-ups instead of joins: a join read all people for each item of a page (3.0 s for a page with
  // 100,000 people).
  const text = `select p.kind, p.id, p.action, p.changes, p.held_by, case when not o.grace_ended then o.grace_until end as until, ${NAME} as name from plan_items p
      left join lateral (select * from links o where p.kind = 'user' and o.target = $1 and o.kind = 'user' and o.entity_id = p.id limit 1) o on true
      left join ${personWith("p.id", "p.kind = 'user'")} u on true
      left join lateral (select * from departments d where p.kind = 'department' and d.id = p.id limit 1) d on true
      left join lateral (select * from placements r where p.kind = 'role' and r.target = $1 and r.group_id = p.id limit 1) r on true
     where ${conditions.join(" and ")} order by p.kind, p.id limit ${parameters.add(count + 1, "bigint")}`;
  const rows = await run<ItemRow>(session, { name: "", text }, parameters.values).catch(orGone);
  const read = rows.map((row) => ({
    kind: row.kind,
    id: row.id,
    ...(row.name ? { name: row.name } : {}),
    action: row.action,
    changes: row.changes,
    ...(row.held_by ? { heldBy: row.held_by } : {}),
    ...(row.until ? { until: row.until } : {}),
  }));
  const { items, more } = pageOf(read, count, (last) => `${last.kind}:${last.id}`);
  return { items, ...more };
}

const NO_SUCH_TABLE = "42P01";

/** Another session has no tables of the rehearsal. */
function orGone(error: unknown): never {
  throw codeOf(error) === NO_SUCH_TABLE
    ? new PlanGone("the session of the plan has ended", { cause: error })
    : error;
}
