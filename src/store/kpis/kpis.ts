import { uuidv7 } from "../../core/id.ts";
import type { HistoryEvent } from "../../history/event.ts";
import { type HourFigures, hourOf, type KpiHour, type Measured } from "../../kpis/hour.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS, WEEK_MS } from "../../kpis/periods.ts";
import type { KpiStore, RollUp } from "../../kpis/ports.ts";
import type { Pool } from "../postgres/pool.ts";
import { inTransaction, type Queryable, run } from "../postgres/statement.ts";
import { eventRow } from "../write-sql.ts";
import { FIRST, FORGET, HOURS, LAST, LOCK, OPEN, PUT, RECORD } from "./hour-statements.ts";
import { leaversOf } from "./leavers.ts";
import { IN_USE, INTERVENTIONS, LATENCY, MEASURED, WRONG } from "./statements.ts";

/* Figures of each hour. They are computed from the history and stored in `kpi_hours`. */

/**
 * An event becomes visible a moment after the time in its id. So an hour is final 15 minutes after its end.
 */
const STRAGGLERS_MS = 15 * MINUTE_MS;
/** Time between two computations of the current hour, over all processes. */
const PACE_MS = 50_000;
/** Most hours that one call computes. */
const HOURS_MAX = 48;
/** How far back the first call begins, and how long figures are kept. */
const CAUGHT_UP_MS = 13 * WEEK_MS;
const KEPT_MS = 3 * 365 * DAY_MS;
/**
 * An act of a person within this time after their previous act belongs to the same work and takes the time
 * between both. Any other act counts as ONE_ACT_SECONDS.
 */
const PAUSE_MS = 15 * MINUTE_MS;
const ONE_ACT_SECONDS = 120;

/** Reads the present numbers of people of a target, and its calls since the installation. */
export type ReadStanding = () => Promise<{
  readonly people: { readonly active: number; readonly present: number; readonly accurate: number };
  readonly calls: readonly { readonly count: number }[];
}>;

export const createKpiStore = (pool: Pool, target: string, standing: ReadStanding): KpiStore => ({
  ...createKpiHours(pool, target),

  async rollUp(order) {
    const { now } = order;
    const current = hourOf(now);
    const [last] = await run<Last>(pool, LAST, [target]);
    const isFresh = last !== undefined && last.hour >= current;
    if (isFresh && now.getTime() - last.made.getTime() < PACE_MS) return { more: false };
    // Nothing is measured in the first hour of an installation: people are still arriving.
    const measured =
      last && last.first < current && (!isFresh || !(await figuresOf(pool, target, current, order)).measured)
        ? await measure(pool, target, order, standing)
        : undefined;
    return inTransaction(pool, async (db) => {
      const [turn] = await run<{ mine: boolean }>(db, LOCK, [target]);
      if (!turn!.mine) return { more: false };
      if (measured) await recordOnce(db, target, current, now, measured);
      const from = await firstOpen(db, target, now);
      const until = Math.min(current.getTime(), from + (HOURS_MAX - 1) * HOUR_MS);
      for (let hour = from; hour <= until; hour += HOUR_MS) {
        const figures = await figuresOf(db, target, new Date(hour), order);
        const final = now.getTime() >= hour + HOUR_MS + STRAGGLERS_MS;
        await run(db, PUT, [target, new Date(hour), JSON.stringify(figures), final, now]);
      }
      await run(db, FORGET, [target, new Date(now.getTime() - KEPT_MS)]);
      return { more: until < current.getTime() };
    });
  },
});

export const createKpiHours = (pool: Pool, target: string): Pick<KpiStore, "hours"> => ({
  async hours(from) {
    const rows = await run<{ hour: Date; figures: string }>(pool, HOURS, [target, from]);
    return rows.map(
      ({ hour, figures }): KpiHour => ({ from: hour, figures: JSON.parse(figures) as HourFigures }),
    );
  },
});

interface Last {
  readonly hour: Date;
  readonly final: boolean;
  readonly made: Date;
  /** The first hour of all. */
  readonly first: Date;
}

/** The first hour that is not final, in milliseconds. */
async function firstOpen(db: Queryable, target: string, now: Date): Promise<number> {
  const current = hourOf(now).getTime();
  const [open] = await run<{ hour: Date | null }>(db, OPEN, [target]);
  if (open?.hour) return Math.min(open.hour.getTime(), current);
  const [last] = await run<Last>(db, LAST, [target]);
  if (last) return Math.min(last.hour.getTime() + HOUR_MS, current);
  const [first] = await run<{ at: Date }>(db, FIRST, []);
  return Math.max(hourOf(first?.at ?? now).getTime(), current - CAUGHT_UP_MS);
}

async function figuresOf(
  db: Queryable,
  target: string,
  from: Date,
  { now, leaverMinutes }: RollUp,
): Promise<HourFigures> {
  const begins = from.getTime();
  const until = new Date(begins + HOUR_MS);
  const hour = [target, idBefore(begins), idBefore(until.getTime())];
  const latency = await run<{ bucket: number | null; count: number }>(db, LATENCY, hour);
  const acts = await run<{ code: string; count: number; seconds: number }>(db, INTERVENTIONS, [
    ...hour,
    idBefore(begins - PAUSE_MS),
    PAUSE_MS / 1_000,
    ONE_ACT_SECONDS,
  ]);
  const left = [idBefore(begins - leaverMinutes * MINUTE_MS), idBefore(until.getTime())] as const;
  const leavers = await leaversOf(db, { target, left, from, until, now, limitMinutes: leaverMinutes });
  const [measured] = await run<{ detail: string }>(db, MEASURED, hour);
  return {
    latency: Object.fromEntries(
      latency.flatMap(({ bucket, count }) => (bucket === null ? [] : [[bucket, count]])),
    ),
    changes: latency.reduce((sum, { count }) => sum + count, 0),
    leavers,
    interventions: Object.fromEntries(acts.map(({ code, count }) => [code, count])),
    handSeconds: Math.round(acts.reduce((sum, { seconds }) => sum + seconds, 0)),
    ...(measured ? { measured: JSON.parse(measured.detail) as Measured } : {}),
  };
}

/**
 * Runs outside the transaction, because it reads tables that everybody writes to. Undefined without active
 * people.
 */
async function measure(
  pool: Pool,
  target: string,
  { attributes }: RollUp,
  standing: ReadStanding,
): Promise<Measured | undefined> {
  const { people, calls } = await standing();
  if (people.active === 0) return undefined;
  const inUse = await run<{ name: string }>(pool, IN_USE, [target, attributes]);
  const wrong = await run<{ name: string; wrong: number }>(pool, WRONG, [
    target,
    inUse.map(({ name }) => name),
  ]);
  const { active, present, accurate } = people;
  const right = Object.fromEntries(
    wrong.map((each): [string, number] => [each.name, Math.max(0, active - each.wrong)]).sort(),
  );
  return { active, present, accurate, right, calls: calls.reduce((sum, { count }) => sum + count, 0) };
}

/** Another process may have recorded this hour already. */
async function recordOnce(
  db: Queryable,
  target: string,
  hour: Date,
  now: Date,
  measured: Measured,
): Promise<void> {
  const known = await run(db, MEASURED, [
    target,
    idBefore(hour.getTime()),
    idBefore(hour.getTime() + HOUR_MS),
  ]);
  if (known.length > 0) return;
  const event: HistoryEvent = {
    id: uuidv7(now.getTime()),
    at: now,
    code: "kpis.measured",
    actor: "system",
    causes: [],
    target,
    detail: { ...measured },
  };
  await run(db, RECORD, [eventRow(event)]);
}

/** A UUID that is lower than every id made at this time or later. */
const idBefore = (ms: number): string => {
  const time = Math.max(0, ms).toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-0000-0000-000000000000`;
};
