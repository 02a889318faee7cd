import type { JsonObject } from "../core/entity.ts";

/** The rules for dates in the mapping file. */
export interface DateRules {
  /** The time zone for the dates of this person. */
  zoneOf(document: JsonObject): string;
  /** The person is created this number of days before the day of hire. */
  readonly leadDays: number;
  /** The time of the leave on the last day, in minutes after 00:00. 1,440 is the end of the day. */
  readonly leaveAtMinutes: number;
  /** The date that counts if a worker has both a termination date and a last day of work. */
  readonly lastDay: LastDay;
  /**
   * Effect of `active: false` before the last day. `atOnce`: the person leaves now. `onTheDay`: the person
   * leaves on the last day.
   */
  readonly inactive: WhileInactive;
}

export const LAST_DAYS = ["earlier", "terminationDate", "lastDayOfWork"] as const;
export type LastDay = (typeof LAST_DAYS)[number];

export const WHILE_INACTIVE = ["atOnce", "onTheDay"] as const;
export type WhileInactive = (typeof WHILE_INACTIVE)[number];

export const END_OF_DAY = 1_440;
