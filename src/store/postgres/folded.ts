/**
 * core/text/fold.ts in SQL. ICU makes lower case as JavaScript does, with regard to the whole string (final
 * sigma, İ), and independent of the locale of the database.
 */
export const folded = (text: string): string =>
  `lower(normalize(${text}, NFKC) collate "und-x-icu") collate "C"`;
