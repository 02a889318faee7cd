import { createHash } from "node:crypto";

/**
 * First 12 hexadecimal digits of the SHA-256 of a file's meaning. Comments, order of keys and layout do not
 * count.
 */
export function versionOf(file: unknown): string {
  return createHash("sha256").update(canonical(file)).digest("hex").slice(0, 12);
}

/** JSON with sorted keys. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${entries
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`)
    .join(",")}}`;
}
