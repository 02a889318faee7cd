import type { JsonObject } from "../core/entity.ts";
import { sameJson } from "../core/json/same-json.ts";
import { change, valueAt } from "./attributes.ts";
import type { ScheduledChange } from "./change.ts";
import type { Day } from "./days.ts";
import { stepsOf, type Timeline } from "./timeline.ts";

/** The timelines of the attributes of one record, by path. */
type Timelines = Map<string, Timeline>;

/** `past`: changes whose day has come. `waiting`: changes for later days. */
export function timelinesOf(
  past: readonly ScheduledChange[],
  waiting: readonly ScheduledChange[],
): Timelines {
  const timelines: Timelines = new Map();
  for (const on of [...past].sort(byMoment))
    for (const [path, { after: value }] of Object.entries(on.patch))
      timelines.set(path, { now: value, past: { on, value }, toCome: [] });
  for (const on of [...waiting].sort(byMoment))
    for (const [path, { before, after: value }] of Object.entries(on.patch)) {
      const timeline = timelines.get(path) ?? { now: before, toCome: [] };
      timelines.set(path, { ...timeline, toCome: [...timeline.toCome, { on, value }] });
    }
  return timelines;
}

export const byMoment = (a: ScheduledChange, b: ScheduledChange): number => a.at.getTime() - b.at.getTime();

/** One change for each day. A change keeps its id if a change for its day is scheduled already. */
export function byDay(timelines: Timelines, waiting: readonly ScheduledChange[]): readonly ScheduledChange[] {
  const days = new Map<Day, ScheduledChange>();
  for (const [path, timeline] of timelines)
    for (const { on, before, value } of stepsOf(timeline)) {
      const there = days.get(on.day) ?? { ...(waiting.find(({ day }) => day === on.day) ?? on), patch: {} };
      const receivedAt = on.receivedAt > there.receivedAt ? on.receivedAt : there.receivedAt;
      days.set(on.day, { ...there, receivedAt, patch: { ...there.patch, [path]: change(before, value) } });
    }
  return [...days.values()];
}

/**
 * Changes whose day has come and whose values still count, although the record now has other values. Those
 * were sent for an earlier day.
 */
export function stillCounting(timelines: Timelines, record: JsonObject): readonly ScheduledChange[] {
  const standing = new Map<string, ScheduledChange>();
  for (const [path, timeline] of timelines) {
    const { past } = timeline;
    // `active` of the record always counts.
    if (
      !past ||
      path === "active" ||
      stepsOf(timeline).length > 0 ||
      sameJson(past.value, valueAt(record, path))
    )
      continue;
    const { on } = past;
    const patch = { ...standing.get(on.id)?.patch, [path]: on.patch[path]! };
    standing.set(on.id, { ...on, patch, standing: true });
  }
  return [...standing.values()];
}
