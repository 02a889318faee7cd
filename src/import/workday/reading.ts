import type { WorkdayPlan } from "./file.ts";

/** What is asked of the report: everybody, or what was entered in a period. */
export type Reading = { readonly kind: "everybody" } | { readonly kind: "updated"; readonly from: Date; readonly through: Date };

/** When the source was last read. */
export interface LastReadings {
  readonly everybody?: Date;
  /** Until when what was entered has been read, by whichever reading. */
  readonly through?: Date;
}

/** Workday's clock and ours may differ, and an entry is seen in a report a moment after it was made. */
const OVERLAP_MS = 10 * 60_000;

/** The reading that is due now; undefined: none yet. */
export function dueReading(plan: WorkdayPlan, last: LastReadings, now: Date): Reading | undefined {
  const since = (date: Date | undefined): number => (date ? now.getTime() - date.getTime() : Number.POSITIVE_INFINITY);
  if (since(last.through) < plan.everyMs) return undefined;
  return nextReading(plan, last, now);
}

/** The reading that somebody asks for now: of everybody, where the report has no prompts or the last one of everybody is old. */
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
