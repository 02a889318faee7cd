/** Milliseconds from 1973 to 2096. No other number of DingTalk for a person or department is as large. */
const [OLDEST_MS, NEWEST_MS] = [100_000_000_000, 4_000_000_000_000];

const isTime = (value: number): boolean => Number.isInteger(value) && value >= OLDEST_MS && value < NEWEST_MS;

/** A value for display. DingTalk has dates as milliseconds, so the time is added to the number. */
export function valueText(value: unknown): string {
  if (value === undefined || value === null) return "–";
  if (typeof value === "number" && isTime(value))
    return `${value} (${new Date(value).toISOString().replace(/:00\.000Z$/, "Z")})`;
  return typeof value === "string" ? value : JSON.stringify(value);
}
