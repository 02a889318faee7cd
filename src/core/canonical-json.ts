import type { JsonValue } from "./entity.ts";

/**
 * JSON in its one canonical form (RFC 8785): members by the UTF-16 units of their names, numbers and strings as ECMAScript writes them, no blanks. Members that
 * are undefined are left out.
 */
export function canonicalJson(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).filter(([, each]) => each !== undefined);
  // The default order of a sort is that of UTF-16 units.
  const names = members.map(([name]) => name).sort();
  const byName = new Map(members);
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonicalJson(byName.get(name)!)}`).join(",")}}`;
}
