import type { JsonObject, JsonValue } from "./entity.ts";

/**
 * JSON in its one canonical form (RFC 8785): members by the UTF-16 units of their names, numbers and strings as ECMAScript writes them, no blanks. Members that
 * are undefined are left out.
 */
export function canonicalJson(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  // The default order of a sort is that of UTF-16 units.
  const members = value as JsonObject;
  let text = "{";
  for (const name of Object.keys(members).sort()) {
    const member = members[name];
    if (member === undefined) continue;
    text += `${text.length > 1 ? "," : ""}${JSON.stringify(name)}:${canonicalJson(member)}`;
  }
  return `${text}}`;
}
