import type { JsonObject, JsonValue } from "../../core/entity.ts";
import { isUnseen } from "../../core/text/fold.ts";

/** The value of a missing or null attribute in an expression. */
export const EMPTY = "";

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A member of an object or list. EMPTY if there is none, whatever the value is. */
export function member(value: unknown, key: unknown): unknown {
  if (Array.isArray(value))
    return typeof key === "bigint" || typeof key === "number" ? (value[Number(key)] ?? EMPTY) : EMPTY;
  if (!isObject(value) || typeof key !== "string" || !Object.hasOwn(value, key)) return EMPTY;
  return value[key] ?? EMPTY;
}

/**
 * The entry of a multi-valued attribute with `type` (letter case does not count): the primary one, or else
 * the first. If no entry has the type, an entry without a type is used.
 */
export function typedEntry(entries: unknown, type: string): JsonObject | undefined {
  if (!Array.isArray(entries)) return undefined;
  const wanted = type.toLowerCase();
  const objects = entries.filter(isObject);
  const ofType = objects.filter(
    (entry) => typeof entry.type === "string" && entry.type.toLowerCase() === wanted,
  );
  const candidates = ofType.length > 0 ? ofType : objects.filter((entry) => (entry.type ?? "") === "");
  return candidates.find((entry) => entry.primary === true) ?? candidates[0];
}

/** The trimmed text of a scalar. EMPTY for everything else. */
export function asText(value: unknown): string {
  if (typeof value === "string") return value.trim();
  return typeof value === "number" || typeof value === "bigint" || typeof value === "boolean"
    ? String(value)
    : EMPTY;
}

/** A text that nobody can see is empty, so that `firstOf` takes the next name of a person. */
export function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (typeof value === "string") return isUnseen(value);
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && Object.keys(value).length === 0;
}

/**
 * The truth of a value in conditions. Empty, false, zero and the text "false" (as Entra ID writes it) are
 * false.
 */
export function isTrue(value: unknown): boolean {
  if (typeof value === "string") return !isEmpty(value) && value.trim().toLowerCase() !== "false";
  return !isEmpty(value) && value !== false && value !== 0 && value !== 0n;
}

export const asList = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : isEmpty(value) ? [] : [value];

/** A value for display in an explanation. */
export const asJson = (value: unknown): JsonValue =>
  value === undefined || value === EMPTY ? null : (value as JsonValue); // came from a JSON document
