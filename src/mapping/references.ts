import { asList, asText, isObject, member } from "./expression/scim-values.ts";

/** More than a department can have, and few enough for a row. */
const MAX_REFERENCES = 100;

/** People or departments as an expression names them: a text, or an entry of SCIM with a `value`; or a list of either. */
export function referencesIn(value: unknown): readonly string[] {
  const texts = asList(value).map((entry) => asText(isObject(entry) ? member(entry, "value") : entry));
  return [...new Set(texts.filter((text) => text !== "" && text.length <= 200))].sort().slice(0, MAX_REFERENCES);
}
