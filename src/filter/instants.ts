const DATE_TIME = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?)?$/;
const ZONED = /T.*(Z|[+-]\d{2}:\d{2})$/;

/**
 * Milliseconds since the epoch of an xsd:dateTime or a plain date; without a zone it is read as UTC.
 * Undefined when it is none.
 */
export function instantOf(text: string): number | undefined {
  if (text.length > 40 || !DATE_TIME.test(text)) return undefined;
  const ms = Date.parse(text.length === 10 || ZONED.test(text) ? text : `${text}Z`);
  return Number.isNaN(ms) ? undefined : ms;
}

/**
 * The years 1 to 9999 in UTC. PostgreSQL reads no other ones in the form of ISO 8601, and a zone can lead out
 * of them.
 */
const [FIRST_MS, LAST_MS] = [Date.parse("0001-01-01T00:00:00Z"), Date.parse("9999-12-31T23:59:59.999Z")];

/**
 * The same of a time that somebody asks for: undefined also outside the years that can be compared with what
 * is stored.
 */
export function comparableInstantOf(text: string): number | undefined {
  const ms = instantOf(text);
  return ms !== undefined && ms >= FIRST_MS && ms <= LAST_MS ? ms : undefined;
}
