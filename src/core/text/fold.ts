/**
 * The form for comparing names without letter case (userName, displayName, department paths): NFKC, lower
 * case.
 */
export const fold = (text: string): string => text.normalize("NFKC").toLowerCase();

const UNSEEN = /[\s\p{Default_Ignorable_Code_Point}]+/gu;

/**
 * The form for comparing names of people: folded, without blanks and invisible characters. Simplified and
 * traditional characters stay different.
 */
export const foldName = (text: string): string => fold(text).replace(UNSEEN, "");

const ONLY_UNSEEN = /^[\s\p{Default_Ignorable_Code_Point}]*$/u;

/** Whether a text has no character that people can see. */
export const isUnseen = (text: string): boolean => ONLY_UNSEEN.test(text);
