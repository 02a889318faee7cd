import type { JsonObject, JsonValue } from "../core/entity.ts";
import type { keyColumns } from "./key-columns.ts";

/*
 * Keys for a search by digits. A person has a key for the last four digits of each telephone number, and one for every four consecutive digits in a name. A person whose
 * number ends with the typed digits, or whose name contains them, has all keys of these digits. Other people may have the same keys, so the search compares the values.
 *
 * The keys of a record are stored in a column and are computed here, because PostgreSQL takes ten times as long (docs/adr/0069-digits-have-keys.md). They are valid for
 * the version of the row in `digits_version`. For any other version the index uses the function `digit_keys_of`, which computes the same keys.
 */

export const KEY_DIGITS = 4;
/** Added to the last four digits of a telephone number, so that its key differs from those of names. */
const OF_NUMBER = 10_000;
const ZERO = 48;

/** The keys of a person with these names, which must be folded. Each key is in the list once, in no order. */
export function digitKeys(names: readonly (string | null)[], document: JsonObject): readonly number[] {
  const keys = new Set<number>();
  for (const name of names) if (name !== null) addRuns(name, keys);
  const numbers = document["phoneNumbers"];
  if (Array.isArray(numbers)) for (const number of numbers as readonly JsonValue[]) addEnd(textOf(number), keys);
  return [...keys];
}

/** The keys of a row of `users` with these columns: the value of its `digit_keys`, as `keysOfRecord` computes it. */
export const digitKeysOfRow = (
  { user_name_key, display_name_key, email_keys }: Pick<ReturnType<typeof keyColumns>, "user_name_key" | "display_name_key" | "email_keys">,
  document: JsonObject,
): readonly number[] => digitKeys([user_name_key, display_name_key, ...email_keys], document);

/** The keys of every name that contains this text; none if the text has no four consecutive digits. */
export function keysWithin(text: string): readonly number[] {
  const keys = new Set<number>();
  addRuns(text, keys);
  return [...keys];
}

/** The key of every number that ends with these digits; undefined if there are fewer than four digits. */
export const keyOfEnd = (digits: string): number | undefined =>
  digits.length < KEY_DIGITS ? undefined : OF_NUMBER + Number(digits.slice(-KEY_DIGITS));

/** SQL: the keys of the row `u` of `users`; the expression of the index `users_digits`. */
export const keysOfRecord = (u: string): string =>
  `(case when ${u}.digits_version = ${u}.version then ${u}.digit_keys else digit_keys_of(${u}.document, array[${u}.user_name_key, ${u}.display_name_key] || ${u}.email_keys) end)`;

/** SQL: the same for a row of `persons` (`persons_digits`). Job number and externalId have keys too. */
export const keysOfPerson = (p: string): string =>
  `digit_keys_of(${p}.document, array[${p}.user_name_key, ${p}.display_name_key, ${p}.employee_number_key, ${p}.external_id] || ${p}.email_keys)`;

function addRuns(text: string, keys: Set<number>): void {
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

function addEnd(text: string, keys: Set<number>): void {
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
  const value = number !== null && typeof number === "object" && !Array.isArray(number) ? (number as JsonObject)["value"] : undefined;
  return typeof value === "string" ? value : value === undefined || value === null ? "" : JSON.stringify(value);
}
