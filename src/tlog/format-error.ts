/** What was read is not what it should be. The message says what, for people. */
export class FormatError extends Error {}
