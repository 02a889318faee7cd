import { sameJson } from "../core/same-json.ts";
import { change, deferrable, type Patch } from "./attributes.ts";
import type { Circumstances, ScheduledChange, Step, Written } from "./change.ts";
import { type Day, dayOf, momentOn } from "./days.ts";
import type { Employment } from "./employment.ts";
import type { DateRules } from "./rules.ts";
import { sendsDate, workerValue } from "./worker.ts";

/** One attribute that is to change on a day. */
interface Entry {
  readonly on: ScheduledChange;
  readonly value: Patch[string];
}

/** Values that take effect on the day the record names. The last word about an attribute replaces what was scheduled for it. */
export function valueSteps(
  { before, after, pending, sent: names }: Written,
  { zone, hire }: Employment,
  { rules, now, newId }: Circumstances & { rules: DateRules },
): { readonly steps: readonly Step[]; readonly merged: readonly ScheduledChange[] } {
  const known = pending.filter(({ kind }) => kind === "change");
  const isDue = ({ at }: ScheduledChange): boolean => at <= now;
  const entries = new Map<string, Entry>();
  const waiting = known.filter((each) => !isDue(each)).map((each) => inZone(each, zone));
  for (const on of waiting) for (const [path, value] of Object.entries(on.patch)) entries.set(path, { on, value });

  const day = dayOf(workerValue(after, "effectiveDate"), zone);
  const at = day === undefined ? undefined : momentOn(day, 0, zone);
  // Before the first day nobody is there to be changed.
  const waits = day !== undefined && at !== undefined && at > now && !(hire && hire.at >= at);
  const said = before ? deferrable(before, after) : ({} as Patch);
  const sent = names && new Set(names.map((name) => name.toLowerCase()));
  // A partial change that says no day counts at once, whatever day the record names from before.
  const saysDay = !sent || sendsDate(sent, "effectiveDate");
  const again = [...entries.keys()].filter((path) => sent && saysDay && !(path in said) && isSent(sent, path));
  const own = waits ? { id: newId(), kind: "change" as const, day, zone, at, patch: {}, receivedAt: now } : undefined;
  if (!before && own && !hire) entries.set("active", { on: own, value: change(false, true) });
  // Who has a day of hire comes on it.
  if (hire) entries.delete("active");
  const hadDay = before !== undefined && workerValue(before, "effectiveDate") !== undefined;
  // Without a day in the record, all that it says counts now.
  if (hadDay && workerValue(after, "effectiveDate") === undefined) entries.clear();
  const moves =
    before !== undefined && Object.keys(said).length === 0 && again.length === 0
      ? dayOf(workerValue(before, "effectiveDate"), rules.zoneOf(before))
      : undefined;
  if (moves !== undefined && moves !== day)
    for (const [path, entry] of entries) if (entry.on.day === moves) own ? entries.set(path, { ...entry, on: own }) : entries.delete(path);
  for (const [path, { before: old, after: value }] of Object.entries(said)) {
    const earliest = entries.get(path);
    const was = earliest ? earliest.value.before : old;
    entries.delete(path);
    if (own && saysDay && !sameJson(was, value)) entries.set(path, { on: own, value: change(was, value) });
  }
  for (const path of again) {
    const { value } = entries.get(path) ?? {};
    entries.delete(path);
    if (own && value) entries.set(path, { on: own, value });
  }
  return compared(known, byDay(entries, waiting), { now, isPast: at !== undefined && at <= now });
}

/** Whether a partial change named the attribute, or all of its extension. */
const isSent = (sent: ReadonlySet<string>, path: string): boolean =>
  sent.has(path.toLowerCase()) || sent.has(path.slice(0, Math.max(path.lastIndexOf(":"), 0)).toLowerCase());

/** The same day, in the zone the person is in now. */
const inZone = (planned: ScheduledChange, zone: string): ScheduledChange =>
  planned.zone === zone ? planned : { ...planned, zone, at: momentOn(planned.day, 0, zone) };

/** One change for each day, which keeps its id while it stays or when it alone moves. */
function byDay(entries: ReadonlyMap<string, Entry>, waiting: readonly ScheduledChange[]): readonly ScheduledChange[] {
  const days = new Map<Day, ScheduledChange>();
  for (const [path, { on, value }] of entries) {
    const there = days.get(on.day) ?? { ...(waiting.find(({ day }) => day === on.day) ?? on), patch: {} };
    const receivedAt = on.receivedAt > there.receivedAt ? on.receivedAt : there.receivedAt;
    days.set(on.day, { ...there, receivedAt, patch: { ...there.patch, [path]: value } });
  }
  return [...days.values()];
}

/** `isPast`: the day that the record names now is over, so what has no other day counts at once. */
function compared(
  known: readonly ScheduledChange[],
  wanted: readonly ScheduledChange[],
  { now, isPast }: { readonly now: Date; readonly isPast: boolean },
) {
  const steps: Step[] = [];
  const merged: ScheduledChange[] = [];
  const gone = known.filter(({ id }) => !wanted.some((each) => each.id === id));
  const due = gone.filter(({ at }) => at <= now);
  const left = gone.filter(({ at }) => at > now);
  for (const each of due) steps.push({ kind: "applied", change: each });
  for (const each of wanted) {
    const same = known.find(({ id }) => id === each.id);
    if (same && same.at.getTime() === each.at.getTime() && same.zone === each.zone) {
      if (!sameJson(same.patch, each.patch)) merged.push(each);
      continue;
    }
    const from = same ?? left.shift();
    if (from) steps.push({ kind: "rescheduled", change: { ...each, id: from.id }, from: { day: from.day, zone: from.zone } });
    else steps.push({ kind: "scheduled", change: each });
  }
  for (const each of left) steps.push({ kind: isPast ? "applied" : "rescinded", change: each });
  return { steps, merged };
}
