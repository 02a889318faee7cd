import type { WorkdayPlan } from "./file.ts";

/** The scope of a reading: everybody, or entries of a period. */
export type Reading =
  | { readonly kind: "everybody" }
  | { readonly kind: "updated"; readonly from: Date; readonly through: Date };

/** Times of the last readings. */
export interface LastReadings {
  readonly everybody?: Date;
  /** The end of the period of which all entries are read. */
  readonly through?: Date;
}

/**
 * Overlap of periods: Workday's clock and ours may differ, and an entry appears in reports a moment later.
 */
const OVERLAP_MS = 10 * 60_000;

/** The reading that is due now. Undefined: none. */
export function dueReading(plan: WorkdayPlan, last: LastReadings, now: Date): Reading | undefined {
  const since = (date: Date | undefined): number =>
    date ? now.getTime() - date.getTime() : Number.POSITIVE_INFINITY;
  if (since(last.through) < plan.everyMs) return undefined;
  return nextReading(plan, last, now);
}

/** The reading for a request now: everybody, if the report has no prompts or the last such reading is old. */
export function nextReading(plan: WorkdayPlan, last: LastReadings, now: Date): Reading {
  const isOld = !last.everybody || now.getTime() - last.everybody.getTime() >= plan.fullEveryMs;
  if (!plan.updated || !last.through || isOld) return { kind: "everybody" };
  return { kind: "updated", from: new Date(last.through.getTime() - OVERLAP_MS), through: now };
}

/** The address of a reading. */
export function addressOf(plan: WorkdayPlan, reading: Reading): string {
  const url = new URL(plan.url);
  url.searchParams.set("format", "json");
  if (reading.kind === "updated" && plan.updated) {
    url.searchParams.set(plan.updated.from, reading.from.toISOString());
    url.searchParams.set(plan.updated.through, reading.through.toISOString());
  }
  return url.href;
}
