/** One value for so many people within an hour is an accident of names; more may be a mistake of the source, and is counted. */
export const UNCOUNTED = 4;
