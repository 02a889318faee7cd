import type { JsonObject, JsonValue } from "../core/entity.ts";
import type { KeySet } from "./key-set.ts";

/*
 * Keys for a search by digits. A person has a key for the last four digits of each telephone number, and one
 * for every four consecutive digits in a name. A person whose number ends with the typed digits, or whose
 * name contains them, has all keys of these digits. Other people may have the same keys, so the search
 * compares the values. search-keys.ts says where they are.
 */

const KEY_DIGITS = 4;
/** Added to the last four digits of a telephone number, so that its key differs from those of names. */
const OF_NUMBER = 10_000;
const ZERO = 48;

/** Adds a key for the last four digits of each telephone number. */
export function addNumberKeys(document: JsonObject, keys: KeySet): void {
  const numbers = document["phoneNumbers"];
  if (Array.isArray(numbers))
    for (const number of numbers as readonly JsonValue[]) addEnd(textOf(number), keys);
}

/** Adds the keys of a name, which must be folded. */
export function addRunKeys(text: string, keys: KeySet): void {
  let [length, last] = [0, 0];
  for (let at = 0; at < text.length; at++) {
    const digit = text.charCodeAt(at) - ZERO;
    if (digit < 0 || digit > 9) {
      length = 0;
      continue;
    }
    last = (last * 10 + digit) % OF_NUMBER;
    length++;
    if (length >= KEY_DIGITS) keys.add(last);
  }
}

/** The keys of every name that contains this text; none if the text has no four consecutive digits. */
export function keysWithin(text: string): readonly number[] {
  const keys = new Set<number>();
  addRunKeys(text, keys);
  return [...keys];
}

/** The key of every number that ends with these digits; undefined if there are fewer than four digits. */
export const keyOfEnd = (digits: string): number | undefined =>
  digits.length < KEY_DIGITS ? undefined : OF_NUMBER + Number(digits.slice(-KEY_DIGITS));

function addEnd(text: string, keys: KeySet): void {
  let [count, key, place] = [0, OF_NUMBER, 1];
  for (let at = text.length - 1; at >= 0 && count < KEY_DIGITS; at--) {
    const digit = text.charCodeAt(at) - ZERO;
    if (digit < 0 || digit > 9) continue;
    key += digit * place;
    place *= 10;
    count++;
  }
  if (count === KEY_DIGITS) keys.add(key);
}

/** The attribute `value` as text, equal to `->>'value'` in PostgreSQL. */
function textOf(number: JsonValue): string {
  const value =
    number !== null && typeof number === "object" && !Array.isArray(number)
      ? (number as JsonObject)["value"]
      : undefined;
  return typeof value === "string"
    ? value
    : value === undefined || value === null
      ? ""
      : JSON.stringify(value);
}
