/** The form two names are compared in where letter case does not count (userName, displayName, department paths): NFKC, lower case. */
export const fold = (text: string): string => text.normalize("NFKC").toLowerCase();
