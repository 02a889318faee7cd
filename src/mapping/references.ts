import { asList, asText, isObject, member } from "./expression/scim-values.ts";

/** More than DingTalk allows for a department, and few enough for a database row. */
const MAX_REFERENCES = 100;

/**
 * References to people or departments in the result of an expression: a text, an entry of SCIM with a
 * `value`, or a list of these.
 */
export function referencesIn(value: unknown): readonly string[] {
  const texts = asList(value).map((entry) => asText(isObject(entry) ? member(entry, "value") : entry));
  return [...new Set(texts.filter((text) => text !== "" && text.length <= 200))]
    .sort()
    .slice(0, MAX_REFERENCES);
}
