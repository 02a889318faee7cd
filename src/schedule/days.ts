import { momentOf, readingAt } from "../core/zone.ts";

/** A day of the calendar, `2026-12-31`. */
export type Day = string;

/**
 * The latest time. Later times can have a year of five digits in some zone. Neither the database nor JSON
 * prints such years.
 */
const LAST_MS = Date.parse("9999-12-30T00:00:00Z");
/** Programs write a day of this year for "never". */
const NEVER = "9999";
/** Programs write a day of year 1 for "no date". No worker has a date before this year. */
const FIRST_YEAR = "1000";
const NO_DATE = /^\s*(?:0\d{3}-|$)/;

const DAY_MS = 86_400_000;
/**
 * A date may end with an offset (Workday writes "2026-12-31-08:00"). The offset is the place of the writer.
 * It does not change the day.
 */
const DATE = /^(\d{4}-\d{2}-\d{2})(?:[Zz]|[+-]\d{2}:\d{2})?$/;
/**
 * Forms with the year first, which are unambiguous. Forms with the day or the month first are refused,
 * because 12/11/2026 can be two days.
 */
const YEAR_FIRST = /^(\d{4})(?:([/.])(\d{1,2})\2(\d{1,2})|年(\d{1,2})月(\d{1,2})日|(\d{2})(\d{2}))$/;
const TIME = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?([Zz]|[+-]\d{2}:?\d{2})?$/;
const MIDNIGHT = /[Tt ]00:00(?::00(?:\.0+)?)?(?:[Zz]|[+-]\d{2}:?\d{2})?$/;

/**
 * The day of a date attribute, for a person in `zone`. A date is the day itself. Midnight with any offset is
 * the same day, because programs write dates as such times. Any other time with an offset is its day in
 * `zone`. Undefined: the value is not a date, or the calendar has no such day.
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
  const written =
    offset.toUpperCase() === "Z" || offset.includes(":")
      ? offset.toUpperCase()
      : `${offset.slice(0, 3)}:${offset.slice(3)}`;
  const ms = Date.parse(`${day}T${hour}:${minute}:${second}${written}`);
  return Number.isNaN(ms) ? undefined : textOf(readingAt(ms, zone));
}

const textOf = (ms: number): Day =>
  new Date(Math.min(ms, Date.parse("9999-12-31T00:00:00Z"))).toISOString().slice(0, 10);

/** True: the day means "never". */
export const isNever = (day: Day): boolean => day >= NEVER;

function existing(day: string): Day | undefined {
  const ms = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(ms) || day < FIRST_YEAR || textOf(ms) !== day ? undefined : day;
}

/** True: the value is a date, or a form of "no date". */
export const isReadable = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === "" ||
  dayOf(value, "UTC") !== undefined ||
  NO_DATE.test(String(value));

export const plusDays = (day: Day, days: number): Day =>
  textOf(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS);

/**
 * The moment when the clock in `zone` shows `minutes` after 00:00. 1,440 is 24:00, also on days when the
 * clocks change.
 */
export const momentOn = (day: Day, minutes: number, zone: string): Date =>
  new Date(Math.min(momentOf(Date.parse(`${day}T00:00:00Z`) + minutes * 60_000, zone), LAST_MS));
