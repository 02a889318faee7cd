import type { JsonObject, JsonValue } from "../../../core/entity.ts";
import type { AttributeValue } from "../../../reconcile/target-values.ts";
import { isObject } from "./answers/answer.ts";

/** Ids as a list, or as a text with commas as in requests. */
export const idsOf = (value: JsonValue | undefined): string[] =>
  Array.isArray(value)
    ? value.map(String)
    : typeof value === "string" && value !== ""
      ? value.split(",")
      : [];

/** The documentation shows some lists of one element as the element itself. */
export const objectsIn = (value: JsonValue | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? value.filter(isObject) : isObject(value) ? [value] : [];

/** The documentation shows some booleans as texts. */
export const isTrue = (value: JsonValue | undefined): boolean =>
  value === true || value === "true" || value === 1;

export const textOrUndefined = (value: JsonValue | undefined): string | undefined =>
  value === undefined || value === null || value === "" ? undefined : String(value);

export const textOrNull = (value: JsonValue | undefined): string | null => textOrUndefined(value) ?? null;

/** `"<dept_id>=<value>"` entries by department. */
export function pairsOf(value: AttributeValue | undefined): ReadonlyMap<string, string> {
  const entries = Array.isArray(value) ? value : [];
  return new Map(
    entries.map((entry: string) => [entry.slice(0, entry.indexOf("=")), entry.slice(entry.indexOf("=") + 1)]),
  );
}
