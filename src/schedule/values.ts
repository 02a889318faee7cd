import { sameJson } from "../core/json/same-json.ts";
import { deferrable, type Patch, valueAt } from "./attributes.ts";
import type { Circumstances, ScheduledChange, Step, Written } from "./change.ts";
import { dayOf, momentOn } from "./days.ts";
import type { Employment } from "./employment.ts";
import type { DateRules } from "./rules.ts";
import { withDayMoved, withEntry, withPast } from "./timeline.ts";
import { byDay, byMoment, stillCounting, timelinesOf } from "./timelines.ts";
import { sendsDate, workerValue } from "./worker.ts";

export interface ValueSteps {
  readonly steps: readonly Step[];
  /**
   * Changes without a step: their values were changed, or their day has come and they still count
   * (`standing`).
   */
  readonly merged: readonly ScheduledChange[];
  /** Changes with `standing` whose values no longer count. They had their step when their day came. */
  readonly ended: readonly ScheduledChange[];
}

/**
 * Schedules values for the day that the record names (`effectiveDate`). A new value replaces the scheduled
 * value of the same attribute and day.
 */
export function valueSteps(
  { before, after, pending, sent: names }: Written,
  { zone, hire }: Employment,
  { rules, now, newId }: Circumstances & { rules: DateRules },
): ValueSteps {
  const known = pending.filter(({ kind }) => kind === "change");
  const isPassed = ({ at, standing }: ScheduledChange): boolean => standing ?? at <= now;
  const waiting = known.filter((each) => !isPassed(each)).map((each) => inZone(each, zone));
  const past = known.filter(isPassed);
  const timelines = timelinesOf(past, waiting);

  const day = dayOf(workerValue(after, "effectiveDate"), zone);
  const at = day === undefined ? undefined : momentOn(day, 0, zone);
  // A change on or before the day of hire need not be scheduled: the person is created with the new values.
  const waits = day !== undefined && at !== undefined && at > now && !(hire && hire.at >= at);
  const isPast = at !== undefined && at <= now;
  const said = before ? deferrable(before, after) : ({} as Patch);
  const sent = names && new Set(names.map((name) => name.toLowerCase()));
  // A partial change without a day counts now. The day that the record has from before does not apply to it.
  const saysDay = !sent || sendsDate(sent, "effectiveDate");
  const again = [...timelines.keys()].filter(
    (path) => sent && saysDay && !(path in said) && isSent(sent, path),
  );
  const own = waits
    ? { id: newId(), kind: "change" as const, day, zone, at, patch: {}, receivedAt: now }
    : undefined;
  if (!before && own && !hire) timelines.set("active", { now: false, toCome: [{ on: own, value: true }] });
  // A day of hire decides when the person becomes active.
  if (hire) timelines.delete("active");
  const hadDay = before !== undefined && workerValue(before, "effectiveDate") !== undefined;
  // The day was removed from the record, so all its values count now.
  if (hadDay && workerValue(after, "effectiveDate") === undefined) timelines.clear();
  const isOnlyDay = before !== undefined && Object.keys(said).length === 0 && again.length === 0;
  const moves = isOnlyDay ? dayOf(workerValue(before, "effectiveDate"), rules.zoneOf(before)) : undefined;
  if (moves !== undefined && moves !== day)
    for (const [path, timeline] of timelines) timelines.set(path, withDayMoved(timeline, moves, own));
  for (const path of [...Object.keys(said), ...again]) {
    const value = valueAt(after, path);
    const timeline = timelines.get(path) ?? { now: said[path]?.before, toCome: [] };
    if (own && saysDay) timelines.set(path, withEntry(timeline, { on: own, value }));
    else if (sent && saysDay && day !== undefined && isPast)
      timelines.set(path, withPast(timeline, day, value));
    else timelines.delete(path);
  }
  const wanted = byDay(timelines, waiting);
  const standing = stillCounting(timelines, after);
  const scheduled = known.filter((each) => !each.standing);
  const { steps, merged } = compared(scheduled, wanted, { now, isPast });
  return {
    steps,
    merged: [...merged, ...standing],
    ended: past.filter((each) => each.standing && !standing.some(({ id }) => id === each.id)),
  };
}

/** True: the partial change named this attribute, or its whole extension. */
const isSent = (sent: ReadonlySet<string>, path: string): boolean =>
  sent.has(path.toLowerCase()) || sent.has(path.slice(0, Math.max(path.lastIndexOf(":"), 0)).toLowerCase());

/** The change with the same day, in the present zone of the person. */
const inZone = (planned: ScheduledChange, zone: string): ScheduledChange =>
  planned.zone === zone ? planned : { ...planned, zone, at: momentOn(planned.day, 0, zone) };

/**
 * The steps from the known changes to the wanted ones. `isPast`: the day in the record is over, so changes
 * that are no longer scheduled count now.
 */
function compared(
  known: readonly ScheduledChange[],
  wanted: readonly ScheduledChange[],
  { now, isPast }: { readonly now: Date; readonly isPast: boolean },
) {
  const steps: Step[] = [];
  const merged: ScheduledChange[] = [];
  const gone = known.filter(({ id }) => !wanted.some((each) => each.id === id));
  const due = gone.filter(({ at }) => at <= now).sort(byMoment);
  const left = gone.filter(({ at }) => at > now);
  for (const each of due) steps.push({ kind: "applied", change: each });
  for (const each of wanted) {
    const same = known.find(({ id }) => id === each.id);
    if (same && same.at.getTime() === each.at.getTime() && same.zone === each.zone) {
      if (!sameJson(same.patch, each.patch)) merged.push(each);
      continue;
    }
    const from = same ?? left.shift();
    if (from)
      steps.push({
        kind: "rescheduled",
        change: { ...each, id: from.id },
        from: { day: from.day, zone: from.zone },
      });
    else steps.push({ kind: "scheduled", change: each });
  }
  for (const each of left) steps.push({ kind: isPast ? "applied" : "rescinded", change: each });
  return { steps, merged };
}
