import type { JsonObject } from "../core/entity.ts";

/** What the mapping file says of dates. */
export interface DateRules {
  /** The zone in which the dates of this person are days. */
  zoneOf(document: JsonObject): string;
  /** How many days before the day of hire the person comes. */
  readonly leadDays: number;
  /** When somebody leaves on their last day, in minutes after 00:00; 1,440 is its end. */
  readonly leaveAtMinutes: number;
  /** Which date is the last day, where a worker has both. */
  readonly lastDay: LastDay;
  /** What `active: false` means before the last day: `atOnce`, or that the person leaves on it. */
  readonly inactive: WhileInactive;
}

export const LAST_DAYS = ["earlier", "terminationDate", "lastDayOfWork"] as const;
export type LastDay = (typeof LAST_DAYS)[number];

export const WHILE_INACTIVE = ["atOnce", "onTheDay"] as const;
export type WhileInactive = (typeof WHILE_INACTIVE)[number];

export const END_OF_DAY = 1_440;
