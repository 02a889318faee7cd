import type { JsonValue } from "../core/entity.ts";
import { sameJson } from "../core/json/same-json.ts";
import type { ScheduledChange } from "./change.ts";

/*
 * The scheduled values of one attribute: one value for each day. A new value for a day replaces the value for
 * that day only.
 */

export interface Entry {
  readonly on: ScheduledChange;
  readonly value: JsonValue | undefined;
}

export interface Timeline {
  /** The value until the first entry of `toCome`. */
  readonly now: JsonValue | undefined;
  /**
   * The entry with the latest day that has come. The record may have another value since, which was sent for
   * an earlier day.
   */
  readonly past?: Entry | undefined;
  /** Entries whose day is still to come, in any order. */
  readonly toCome: readonly Entry[];
}

/**
 * Adds a value for a day. If the same value was scheduled for another day, that day was a mistake: the value
 * moves.
 */
export function withEntry(timeline: Timeline, entry: Entry): Timeline {
  const { toCome } = timeline;
  const ofDay = toCome.some(({ on }) => on.day === entry.on.day);
  const moved = ofDay ? undefined : toCome.find(({ value }) => sameJson(value, entry.value));
  const others = toCome.filter((each) => each !== moved && each.on.day !== entry.on.day);
  return { ...timeline, toCome: [...others, entry] };
}

/**
 * Adds a value for a past day. It counts now, unless a value for a later day has come since. Scheduled values
 * stay.
 */
export function withPast(timeline: Timeline, day: string, value: JsonValue | undefined): Timeline {
  const { past, toCome } = timeline;
  if (past && past.on.day > day) return timeline;
  return { now: value, toCome: toCome.filter((each) => !sameJson(each.value, value)) };
}

/** Moves the value of day `from` to the day of `to`. If `to` is undefined, the value counts now. */
export function withDayMoved(timeline: Timeline, from: string, to: ScheduledChange | undefined): Timeline {
  const moved = timeline.toCome.find(({ on }) => on.day === from);
  if (!moved) return timeline;
  const others = timeline.toCome.filter((each) => each !== moved && each.on.day !== to?.day);
  return to
    ? { ...timeline, toCome: [...others, { on: to, value: moved.value }] }
    : { now: moved.value, toCome: others };
}

/**
 * The entries in the order of their days, each with the value before. It leaves out entries that change
 * nothing.
 */
export function stepsOf({
  now,
  toCome,
}: Timeline): readonly (Entry & { readonly before: JsonValue | undefined })[] {
  let before = now;
  return [...toCome]
    .sort((a, b) => (a.on.day < b.on.day ? -1 : 1))
    .flatMap((entry) => {
      const was = before;
      before = entry.value;
      return sameJson(was, entry.value) ? [] : [{ ...entry, before: was }];
    });
}
