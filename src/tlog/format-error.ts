/** A text or file does not have the required format. The message names the fault, for people. */
export class FormatError extends Error {}
