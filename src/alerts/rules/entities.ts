import { type Condition, condition } from "./condition.ts";
import { MINUTE_MS } from "./durations.ts";
import type { AlertFacts, OpenGroup } from "./facts.ts";

/* Conditions of entities of the loop and of changes that are due. Pure. */

const OVERDUE_MS = 15 * MINUTE_MS;
const SLOW_MS = 10 * MINUTE_MS;
/** A percentile of fewer changes means nothing. */
const SLOW_LEAST = 20;
const LATE_CHANGE_MS = 10 * MINUTE_MS;

/** Reasons of waiting entities that need a person nevertheless. */
const SCOPE_CODES: ReadonlySet<string> = new Set(["personOutsideScope", "departmentOutsideScope"]);

const QUOTA_CODE = "quotaUsedUp";

/** One condition for each reason, for any number of entities. */
export function stuck(open: readonly OpenGroup[]): Condition[] {
  const isStuck = ({ state, reasonCode }: OpenGroup): boolean =>
    state === "parked" ||
    (reasonCode !== undefined && (SCOPE_CODES.has(reasonCode) || reasonCode === QUOTA_CODE));
  const byCode = new Map<string, OpenGroup[]>();
  for (const group of open.filter(isStuck)) {
    const code = group.reasonCode ?? "unexpectedError";
    byCode.set(code, [...(byCode.get(code) ?? []), group]);
  }
  return [...byCode].map(([code, groups]) => {
    const answer = groups.find((group) => group.answer !== undefined)?.answer;
    const counts: Record<string, number> = {};
    for (const { kind, count } of groups) counts[kind] = (counts[kind] ?? 0) + count;
    return condition("parked", code, code === QUOTA_CODE ? "B" : "A", {
      count: sum(groups.map(({ count }) => count)),
      detail: { counts, ...(answer === undefined ? {} : { answer }) },
    });
  });
}

export function lost(open: readonly OpenGroup[]): Condition[] {
  const count = sum(open.map((group) => group.lost));
  return count > 0 ? [condition("lost", "entityLost", "A", { count })] : [];
}

export const held = ({ id, limit, count, openedAt }: AlertFacts["holds"][number]): Condition =>
  condition("hold", "heldByLimit", "A", { count, of: id, detail: { limit, since: openedAt.toISOString() } });

export function overdue(open: readonly OpenGroup[], now: Date): Condition[] {
  const due = open.filter(({ state }) => state === "due");
  const oldest = Math.min(...due.flatMap(({ oldestDue }) => (oldestDue ? [oldestDue.getTime()] : [])));
  if (now.getTime() - oldest < OVERDUE_MS || !Number.isFinite(oldest)) return [];
  return [
    condition("overdue", "oldestDue", "B", {
      count: sum(due.map(({ count }) => count)),
      detail: { since: new Date(oldest).toISOString() },
    }),
  ];
}

export function latency(
  { latency: { p95Ms, count } }: AlertFacts,
  { latencyTargetSeconds }: { readonly latencyTargetSeconds: number },
): Condition[] {
  if (count < SLOW_LEAST || p95Ms <= latencyTargetSeconds * 1_000) return [];
  const detail = { seconds: Math.round(p95Ms / 1_000), targetSeconds: latencyTargetSeconds };
  return [condition("latency", "latencyHigh", "B", { count, detail, afterMs: SLOW_MS })];
}

/** A person who should have been removed may still have access. */
export function lateChanges({ lateChanges: late }: AlertFacts, now: Date): Condition[] {
  if (!late || now.getTime() - late.since.getTime() < LATE_CHANGE_MS) return [];
  return [
    condition("schedule", "changeLate", "A", {
      count: late.count,
      detail: { since: late.since.toISOString() },
    }),
  ];
}

/** The earlier dates of these people apply. Each is retried every ten minutes. */
export const unreadDates = ({ unreadDates: unread }: AlertFacts): Condition[] =>
  unread
    ? [
        condition("dates", "datesNotRead", "A", {
          count: unread.count,
          detail: { since: unread.since.toISOString() },
        }),
      ]
    : [];

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
