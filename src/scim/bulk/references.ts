import { isObject } from "../json.ts";

/*
 * References between bulk operations (RFC 7644 section 3.7.2). The string `bulkId:x` stands for the id of the
 * resource that the operation with bulkId x creates. It may be any value in the data, a quoted value in a
 * PATCH path, or the id in the path of an operation.
 */

const PREFIX = "bulkId:";

/** The bulkId if the whole text is a reference. */
export const referenceIn = (text: string): string | undefined =>
  text.startsWith(PREFIX) ? text.slice(PREFIX.length) : undefined;

const QUOTED = /"bulkId:([^"\\]*)"/g;

/** All bulkIds in the data. */
export function referencesIn(data: unknown): ReadonlySet<string> {
  const found = new Set<string>();
  replaceTexts(data, (text) => {
    const whole = referenceIn(text);
    if (whole !== undefined) found.add(whole);
    else for (const [, name = ""] of text.matchAll(QUOTED)) found.add(name);
    return text;
  });
  return found;
}

/** The data with ids in place of references. References without an id stay. */
export function withIds(data: unknown, idOf: (bulkId: string) => string | undefined): unknown {
  return replaceTexts(data, (text) => {
    const whole = referenceIn(text);
    if (whole !== undefined) return idOf(whole) ?? text;
    return text.replace(QUOTED, (quoted, name: string) => {
      const id = idOf(name);
      return id === undefined ? quoted : `"${id}"`;
    });
  });
}

function replaceTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return value.includes(PREFIX) ? change(value) : value;
  if (Array.isArray(value)) return value.map((element) => replaceTexts(element, change));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, replaceTexts(member, change)]),
  );
}
