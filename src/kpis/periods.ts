export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
export const WEEK_MS = 7 * DAY_MS;

/** The first Monday of the epoch: 1 January 1970 was a Thursday. */
const FIRST_MONDAY_MS = 4 * DAY_MS;

/** Monday 00:00 UTC of the week that holds a moment. */
export const weekOf = (at: Date): Date =>
  new Date(FIRST_MONDAY_MS + Math.floor((at.getTime() - FIRST_MONDAY_MS) / WEEK_MS) * WEEK_MS);
