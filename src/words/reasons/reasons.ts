/** A text and what to do about it. */
export type Reason = readonly [text: string, remedy: string];

/**
 * By the code of the reason. One catalogue for each language: the dashboard, the command line and messages
 * word reasons by it.
 */
export type Reasons = Readonly<Record<string, Reason>>;

/** Undefined for a code that nobody has worded. */
export const reasonOf = (reasons: Reasons, code: string): Reason | undefined =>
  Object.hasOwn(reasons, code) ? reasons[code] : undefined;
