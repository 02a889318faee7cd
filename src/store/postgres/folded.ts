/** core/fold.ts in SQL. ICU lower-cases as JavaScript does, by the whole string (final sigma, İ), whatever the locale of the database. */
export const folded = (text: string): string => `lower(normalize(${text}, NFKC) collate "und-x-icu") collate "C"`;
