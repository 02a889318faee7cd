import type { JsonObject, JsonValue } from "../entity.ts";

/**
 * JSON in canonical form (RFC 8785): members in the order of the UTF-16 units of their names, numbers and
 * strings as in ECMAScript, no blanks. Undefined members are left out.
 */
export function canonicalJson(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  // Sorting uses the order of UTF-16 units by default.
  const members = value as JsonObject;
  let text = "{";
  for (const name of Object.keys(members).sort()) {
    const member = members[name];
    if (member === undefined) continue;
    text += `${text.length > 1 ? "," : ""}${JSON.stringify(name)}:${canonicalJson(member)}`;
  }
  return `${text}}`;
}
