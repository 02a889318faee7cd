const LONE_SURROGATE = /[\ud800-\udfff]/u;

/** Whether PostgreSQL can hold the text: it refuses NUL and anything that is no valid UTF-8 once encoded. */
export const isStorableText = (text: string): boolean =>
  !text.includes("\u0000") && !LONE_SURROGATE.test(text);
