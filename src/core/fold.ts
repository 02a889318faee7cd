/** The form two names are compared in where letter case does not count (userName, displayName, department paths): NFKC, lower case. */
export const fold = (text: string): string => text.normalize("NFKC").toLowerCase();

const UNSEEN = /[\s\p{Default_Ignorable_Code_Point}]+/gu;

/** The form two names of people are compared in: the same without blanks and without what nobody sees. Simplified and traditional characters stay different. */
export const foldName = (text: string): string => fold(text).replace(UNSEEN, "");
