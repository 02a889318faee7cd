import { fold } from "../../core/text/fold.ts";

/**
 * Whether `text` matches `pattern`: `*` is any sequence of characters, `?` is one character. Letter case does
 * not count. On a mismatch only the last `*` grows, so the time is at most length × length for every pattern.
 */
export function matchesGlob(text: string, pattern: string): boolean {
  const characters = [...fold(text)];
  const wanted = [...fold(pattern)];
  let at = 0;
  let want = 0;
  let star = -1;
  let starAt = 0;
  while (at < characters.length) {
    if (wanted[want] === "*") {
      star = want++;
      starAt = at;
    } else if (want < wanted.length && (wanted[want] === "?" || wanted[want] === characters[at])) {
      want++;
      at++;
    } else if (star >= 0) {
      want = star + 1;
      at = ++starAt;
    } else {
      return false;
    }
  }
  while (wanted[want] === "*") want++;
  return want === wanted.length;
}
