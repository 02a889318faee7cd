import pg from "pg";

/* Moments as a session in UTC writes them, which is almost as JSON has them. */

const slowInstant = pg.types.getTypeParser(pg.types.builtins.TIMESTAMPTZ, "text") as (text: string) => Date;

/** `2026-11-21 22:40:00.123+00`: almost ISO 8601, which V8 reads several times faster than the driver's expression. */
export const instantOf = (text: string): Date =>
  text.endsWith("+00") && text.length >= 22 && text.length <= 29
    ? new Date(`${text.slice(0, 10)}T${text.slice(11, -3)}Z`)
    : slowInstant(text);

/** What `timestamptz(3)::text` is in a session in UTC, as RFC 3339 writes it. */
export const instantText = (text: string): string =>
  text.length === WHOLE
    ? `${text.slice(0, 10)}T${text.slice(11, 23)}Z`
    : `${text.slice(0, 10)}T${text.slice(11, 19)}.${text.slice(20, -3).padEnd(3, "0")}Z`;

/** Zeros at the end of the fraction are left out. */
const WHOLE = "2026-11-21 22:40:00.123+00".length;
