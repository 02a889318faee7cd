import { momentOf } from "../../core/zone.ts";

const DATE = /^(\d{4})-(\d{2})-(\d{2})(?:[Zz]|[+-]\d{2}:\d{2})?$/;
const TIME =
  /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?([Zz]|[+-]\d{2}:?\d{2})?$/;

/**
 * Dates of hire repeat within a company. The offset of a zone comes from formatting a date, which is by far
 * the slowest step of a mapping.
 */
const MAX_REMEMBERED = 4_096;
const remembered = new Map<string, number | undefined>();

/**
 * Milliseconds since 1970 of an ISO 8601 date or time. A date means its midnight in `zone`, even if the
 * source adds an offset (Workday writes "2026-12-01-08:00"). A time is in `zone` unless it has an offset.
 * Undefined: the text is neither, or that time does not exist.
 */
export function dateToMs(text: string, zone: string): number | undefined {
  const key = `${zone} ${text}`;
  if (remembered.has(key)) return remembered.get(key);
  if (remembered.size >= MAX_REMEMBERED) remembered.clear();
  const ms = calculateMs(text, zone);
  remembered.set(key, ms);
  return ms;
}

function calculateMs(text: string, zone: string): number | undefined {
  const match = DATE.exec(text.trim()) ?? TIME.exec(text.trim());
  if (!match) return undefined;
  const [, year, month, day, hour = "0", minute = "0", second = "0", fraction = "0", offset] = match;
  const utc = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
    Math.floor(Number(`0.${fraction}`) * 1_000),
  );
  const rolledOver =
    new Date(utc).getUTCDate() !== Number(day) || new Date(utc).getUTCMonth() !== Number(month) - 1;
  if (rolledOver || Number(year) < 100 || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59)
    return undefined;
  if (offset !== undefined) return utc - statedOffsetMs(offset);
  return momentOf(utc, zone);
}

function statedOffsetMs(text: string): number {
  if (text.toUpperCase() === "Z") return 0;
  const sign = text.startsWith("-") ? -1 : 1;
  return sign * (Number(text.slice(1, 3)) * 60 + Number(text.slice(-2))) * 60_000;
}
