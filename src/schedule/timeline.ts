import type { JsonValue } from "../core/entity.ts";
import { sameJson } from "../core/same-json.ts";
import type { ScheduledChange } from "./change.ts";

/*
 * What one attribute is to be, and from which day: one value for each day. A word for a day replaces what was said for that day, and nothing that was said for
 * another one.
 */

export interface Entry {
  readonly on: ScheduledChange;
  readonly value: JsonValue | undefined;
}

export interface Timeline {
  /** What counts until the first day to come. */
  readonly now: JsonValue | undefined;
  /** What came last, by its day; the record may say another value since, for an earlier day. */
  readonly past?: Entry | undefined;
  /** By their days. */
  readonly toCome: readonly Entry[];
}

/** The value from a day on. The same value for another day was a mistake in the day, and moves. */
export function withEntry(timeline: Timeline, entry: Entry): Timeline {
  const { toCome } = timeline;
  const ofDay = toCome.some(({ on }) => on.day === entry.on.day);
  const moved = ofDay ? undefined : toCome.find(({ value }) => sameJson(value, entry.value));
  const others = toCome.filter((each) => each !== moved && each.on.day !== entry.on.day);
  return { ...timeline, toCome: [...others, entry] };
}

/** The value from a day on that is over. What came after that day counts; what is still to come stays. */
export function withPast(timeline: Timeline, day: string, value: JsonValue | undefined): Timeline {
  const { past, toCome } = timeline;
  if (past && past.on.day > day) return timeline;
  return { now: value, toCome: toCome.filter((each) => !sameJson(each.value, value)) };
}

/** What was said for one day is said for another one; without it, it counts at once. */
export function withDayMoved(timeline: Timeline, from: string, to: ScheduledChange | undefined): Timeline {
  const moved = timeline.toCome.find(({ on }) => on.day === from);
  if (!moved) return timeline;
  const others = timeline.toCome.filter((each) => each !== moved && each.on.day !== to?.day);
  return to ? { ...timeline, toCome: [...others, { on: to, value: moved.value }] } : { now: moved.value, toCome: others };
}

/** In the order of the days, without those that change nothing, each with what counted before. */
export function stepsOf({ now, toCome }: Timeline): readonly (Entry & { readonly before: JsonValue | undefined })[] {
  let before = now;
  return [...toCome]
    .sort((a, b) => (a.on.day < b.on.day ? -1 : 1))
    .flatMap((entry) => {
      const was = before;
      before = entry.value;
      return sameJson(was, entry.value) ? [] : [{ ...entry, before: was }];
    });
}
