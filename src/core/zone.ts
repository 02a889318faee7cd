/* Days and clock readings of time zones, by the data that Node brings along (Intl). */

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

/** What a clock of `zone` shows at `ms`, as the milliseconds at which one in UTC shows the same. */
export function readingAt(ms: number, zone: string): number {
  const parts = new Map(
    formatOf(zone)
      .formatToParts(ms)
      .map(({ type, value }) => [type, value]),
  );
  const number = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.get(type));
  const year = parts.get("era") === "BC" ? 1 - number("year") : number("year");
  const shown = Date.UTC(year, number("month") - 1, number("day"), number("hour"), number("minute"), number("second"));
  return shown + (ms - Math.floor(ms / 1_000) * 1_000);
}

const DAY_MS = 86_400_000;

/**
 * The moment at which clocks of `zone` show `reading` (in the form of `readingAt`). Of a reading that comes twice the first one; one that the clocks leap
 * over is meant by the clock before the leap, so that a midnight without 00:00 is the first moment of the day.
 */
export function momentOf(reading: number, zone: string): number {
  const offsets = [readingAt(reading - DAY_MS, zone) - (reading - DAY_MS), readingAt(reading + DAY_MS, zone) - (reading + DAY_MS)];
  const moments = offsets.map((offset) => reading - offset).filter((ms) => readingAt(ms, zone) === reading);
  return moments.length > 0 ? Math.min(...moments) : reading - offsets[0]!;
}
