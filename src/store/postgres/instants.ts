import pg from "pg";

/* Converts times that a session in UTC has written. Their form is almost that of JSON. */

const slowInstant = pg.types.getTypeParser(pg.types.builtins.TIMESTAMPTZ, "text") as (text: string) => Date;

/**
 * Reads `2026-11-21 22:40:00.123+00`. It is changed to ISO 8601, which V8 reads several times faster than the
 * driver does.
 */
export const instantOf = (text: string): Date =>
  text.endsWith("+00") && text.length >= 22 && text.length <= 29
    ? new Date(`${text.slice(0, 10)}T${text.slice(11, -3)}Z`)
    : slowInstant(text);

/** Converts `timestamptz(3)::text` of a session in UTC to RFC 3339 with milliseconds. */
export const instantText = (text: string): string =>
  text.length === WHOLE
    ? `${text.slice(0, 10)}T${text.slice(11, 23)}Z`
    : `${text.slice(0, 10)}T${text.slice(11, 19)}.${text.slice(20, -3).padEnd(3, "0")}Z`;

/**
 * The length of a time with three digits of the fraction. PostgreSQL leaves out zeros at the end of the
 * fraction.
 */
const WHOLE = "2026-11-21 22:40:00.123+00".length;
