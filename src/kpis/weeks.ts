import type { HourFigures, KpiHour, LatencyCounts, Leavers, Measured } from "./hour.ts";
import { type Latency, latencyOf } from "./latency.ts";
import { DAY_MS, HOUR_MS, WEEK_MS, weekOf } from "./periods.ts";

/* Hours as weeks and as the last day. Pure. */

/** What figures are held against. */
export interface KpiTargets {
  readonly latencySeconds: number;
  readonly leaverMinutes: number;
}

export interface Week {
  /** Monday 00:00 UTC. */
  readonly from: Date;
  /**
   * Of active people at the hours of the week, the share that was there and in step; undefined where nothing
   * was measured.
   */
  readonly accuracy: number | undefined;
  /** The same for the value of each attribute. */
  readonly attributes: Readonly<Record<string, number>>;
  /** The share that was there. */
  readonly coverage: number | undefined;
  readonly latency: Latency;
  readonly leavers: Leavers;
  readonly changes: number;
  /** All of them, and by event code. */
  readonly interventions: number;
  readonly byIntervention: Readonly<Record<string, number>>;
  /** Of hand work. */
  readonly minutes: number;
  /** What the changes would have taken by hand, less the hand work there was. */
  readonly minutesSaved: number;
}

export interface LastDay {
  readonly latency: Latency;
  /** Calls to the target since `callsSince`; undefined before the first hour is counted. */
  readonly calls: number | undefined;
  readonly callsSince: Date | undefined;
}

/**
 * An assumption, which is shown beside the number (docs/kpis.md): entering one change in the console of
 * DingTalk.
 */
export const MINUTES_BY_HAND = 3;

/**
 * The last `count` weeks up to the one that holds `now`, oldest first; weeks of which nothing is known as
 * well.
 */
export function weeksOf(
  hours: readonly KpiHour[],
  now: Date,
  count: number,
  targets: KpiTargets,
): readonly Week[] {
  const byWeek = new Map<number, HourFigures[]>();
  for (const { from, figures } of hours) {
    const week = weekOf(from).getTime();
    byWeek.set(week, [...(byWeek.get(week) ?? []), figures]);
  }
  const last = weekOf(now).getTime();
  return Array.from({ length: count }, (_each, at) => {
    const from = last - (count - 1 - at) * WEEK_MS;
    return weekFrom(new Date(from), byWeek.get(from) ?? [], targets);
  });
}

function weekFrom(from: Date, hours: readonly HourFigures[], { latencySeconds }: KpiTargets): Week {
  const measured = hours.flatMap((hour) => (hour.measured ? [hour.measured] : []));
  const active = total(measured.map((each) => each.active));
  const share = (of: (each: Measured) => number): number | undefined =>
    active === 0 ? undefined : total(measured.map(of)) / active;
  const changes = total(hours.map((hour) => hour.changes));
  const byIntervention = added(hours.map((hour) => hour.interventions));
  const minutes = Math.round(total(hours.map(({ handSeconds }) => handSeconds)) / 60);
  return {
    from,
    accuracy: share(({ accurate }) => accurate),
    attributes: attributesOf(measured),
    coverage: share(({ present }) => present),
    latency: latencyOf(added(hours.map(({ latency }) => latency)), latencySeconds),
    leavers: {
      total: total(hours.map(({ leavers }) => leavers.total)),
      inTime: total(hours.map(({ leavers }) => leavers.inTime)),
    },
    changes,
    interventions: total(Object.values(byIntervention)),
    byIntervention,
    minutes,
    minutesSaved: Math.max(0, changes * MINUTES_BY_HAND - minutes),
  };
}

/** Of an attribute, the hours in which it was measured: a mapping may have named it since. */
function attributesOf(measured: readonly Measured[]): Readonly<Record<string, number>> {
  const names = [...new Set(measured.flatMap(({ right }) => Object.keys(right)))].sort();
  return Object.fromEntries(
    names.flatMap((name) => {
      const those = measured.filter(({ right }) => name in right);
      const active = total(those.map((each) => each.active));
      return active === 0 ? [] : [[name, total(those.map(({ right }) => right[name] ?? 0)) / active]];
    }),
  );
}

/** The 24 hours before `now`, by whole hours. `calls`: of now, since the installation. */
export function lastDayOf(
  hours: readonly KpiHour[],
  now: Date,
  calls: number,
  { latencySeconds }: KpiTargets,
): LastDay {
  const begins = now.getTime() - DAY_MS;
  const those = hours.filter(({ from }) => from.getTime() + HOUR_MS > begins);
  const before = callsBefore(hours, those, begins);
  return {
    latency: latencyOf(added(those.map(({ figures }) => figures.latency)), latencySeconds),
    // A restored database may know of fewer.
    calls: before && Math.max(0, calls - before.calls),
    callsSince: before?.from,
  };
}

/**
 * Every hour since the installation is known. So an installation whose first hour is one of the last day had
 * made no calls before.
 */
function callsBefore(hours: readonly KpiHour[], lastDay: readonly KpiHour[], begins: number) {
  const [first] = hours;
  if (first && first.from.getTime() > begins) return { from: first.from, calls: 0 };
  const measured = lastDay.find(({ figures }) => figures.measured);
  return measured && { from: measured.from, calls: measured.figures.measured!.calls };
}

const total = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0);

function added(all: readonly LatencyCounts[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const each of all)
    for (const [name, count] of Object.entries(each)) sums[name] = (sums[name] ?? 0) + count;
  return sums;
}
