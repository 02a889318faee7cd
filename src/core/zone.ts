/* Days and local times of time zones, from the data of Node (Intl). */

/**
 * More zones than a company has. Names also come from records, in any letter case and as offsets. Each format
 * takes about 10 kB.
 */
const MAX_FORMATS = 200;
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (!format) {
    const part = "2-digit";
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      era: "short",
      year: "numeric",
      month: part,
      day: part,
      hour: part,
      minute: part,
      second: part,
    });
    if (formats.size >= MAX_FORMATS) formats.clear();
    formats.set(zone, format);
  }
  return format;
}

export function isZone(zone: string): boolean {
  try {
    formatOf(zone);
    return true;
  } catch {
    return false; // the only reason to throw is a RangeError for an unknown zone
  }
}

/** The local time of `zone` at `ms`, as the milliseconds of the same reading in UTC. */
export function readingAt(ms: number, zone: string): number {
  const parts = new Map(
    formatOf(zone)
      .formatToParts(ms)
      .map(({ type, value }) => [type, value]),
  );
  const number = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.get(type));
  const year = parts.get("era") === "BC" ? 1 - number("year") : number("year");
  const shown = Date.UTC(
    year,
    number("month") - 1,
    number("day"),
    number("hour"),
    number("minute"),
    number("second"),
  );
  return shown + (ms - Math.floor(ms / 1_000) * 1_000);
}

const DAY_MS = 86_400_000;

/**
 * The instant of the local time `reading` in `zone` (in the form of `readingAt`). An ambiguous reading gives
 * the first instant. A skipped reading uses the offset before the jump, so a midnight without 00:00 gives the
 * first instant of the day.
 */
export function momentOf(reading: number, zone: string): number {
  const offsets = [
    readingAt(reading - DAY_MS, zone) - (reading - DAY_MS),
    readingAt(reading + DAY_MS, zone) - (reading + DAY_MS),
  ];
  const moments = offsets.map((offset) => reading - offset).filter((ms) => readingAt(ms, zone) === reading);
  return moments.length > 0 ? Math.min(...moments) : reading - offsets[0]!;
}
