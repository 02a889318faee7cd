import { momentOf, readingAt } from "../core/zone.ts";

/** A day of the calendar, `2026-12-31`. */
export type Day = string;

/** Times beyond it are no longer four digits in some zone, which neither the database nor JSON prints. */
const LAST_MS = Date.parse("9999-12-30T00:00:00Z");
/** What programs write for "never" is a day of this year. */
const NEVER = "9999";
/** What programs write for "no date" is in year 1, and no worker has dates of that millennium. */
const FIRST_YEAR = "1000";
const NO_DATE = /^\s*(?:0\d{3}-|$)/;

const DAY_MS = 86_400_000;
/** An offset behind a date says where it was written (Workday writes "2026-12-31-08:00"), not which day is meant. */
const DATE = /^(\d{4}-\d{2}-\d{2})(?:[Zz]|[+-]\d{2}:\d{2})?$/;
/** Year first, which is unambiguous. Day or month first is refused: 12/11/2026 can be two days. */
const YEAR_FIRST = /^(\d{4})(?:([/.])(\d{1,2})\2(\d{1,2})|年(\d{1,2})月(\d{1,2})日|(\d{2})(\d{2}))$/;
const TIME = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?([Zz]|[+-]\d{2}:?\d{2})?$/;
const MIDNIGHT = /[Tt ]00:00(?::00(?:\.0+)?)?(?:[Zz]|[+-]\d{2}:?\d{2})?$/;

/**
 * The day that a value of a date attribute means for somebody in `zone`. A date is that day, and so is its midnight, by whichever clock it was written: that is
 * how programs write dates as times. Another time with an offset is the day it falls on in `zone`. Undefined: no date, or no day of the calendar.
 */
export function dayOf(value: unknown, zone: string): Day | undefined {
  if (typeof value !== "string") return undefined;
  const text = value.trim();
  const date = DATE.exec(text);
  if (date) return existing(date[1]!);
  const yearFirst = YEAR_FIRST.exec(text);
  if (yearFirst) {
    const [, year, , month = yearFirst[5] ?? yearFirst[7], day = yearFirst[6] ?? yearFirst[8]] = yearFirst;
    return existing(`${year}-${month!.padStart(2, "0")}-${day!.padStart(2, "0")}`);
  }
  const time = TIME.exec(text);
  if (!time || existing(time[1]!) === undefined) return undefined;
  const [, day, hour, minute, second = "00", offset] = time;
  if (offset === undefined || MIDNIGHT.test(text)) return existing(day!);
  const written = offset.toUpperCase() === "Z" || offset.includes(":") ? offset.toUpperCase() : `${offset.slice(0, 3)}:${offset.slice(3)}`;
  const ms = Date.parse(`${day}T${hour}:${minute}:${second}${written}`);
  return Number.isNaN(ms) ? undefined : textOf(readingAt(ms, zone));
}

const textOf = (ms: number): Day => new Date(Math.min(ms, Date.parse("9999-12-31T00:00:00Z"))).toISOString().slice(0, 10);

/** Whether a day is that of something open-ended. */
export const isNever = (day: Day): boolean => day >= NEVER;

function existing(day: string): Day | undefined {
  const ms = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(ms) || day < FIRST_YEAR || textOf(ms) !== day ? undefined : day;
}

/** Whether a value can be read as a date, or says that there is none. */
export const isReadable = (value: unknown): boolean =>
  value === undefined || value === null || value === "" || dayOf(value, "UTC") !== undefined || NO_DATE.test(String(value));

export const plusDays = (day: Day, days: number): Day => textOf(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS);

/** The moment of `minutes` after 00:00 by the clock, not by the hours gone by: 1,440 is 24:00, whenever the clocks changed. */
export const momentOn = (day: Day, minutes: number, zone: string): Date =>
  new Date(Math.min(momentOf(Date.parse(`${day}T00:00:00Z`) + minutes * 60_000, zone), LAST_MS));
