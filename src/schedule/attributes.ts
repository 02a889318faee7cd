import type { JsonObject, JsonValue } from "../core/entity.ts";
import { sameJson } from "../core/same-json.ts";
import { isDate, isExtension } from "./worker.ts";

/** Old and new value by attribute; one of an extension is named `<URN>:<attribute>`, as SCIM does. Without `before` there was none. */
export type Patch = Readonly<Record<string, { readonly before?: JsonValue; readonly after?: JsonValue }>>;

/** What identifies a record, and whether it is switched off, counts as soon as it is sent. */
const AT_ONCE: ReadonlySet<string> = new Set(["id", "externalId", "active", "schemas", "meta", "groups"]);

/** What differs between two documents of what may take effect later. */
export function deferrable(before: JsonObject, after: JsonObject): Patch {
  const patch: Record<string, Patch[string]> = {};
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (AT_ONCE.has(name)) continue;
    if (!isExtension(name)) add(patch, name, before[name], after[name]);
    else {
      const [old, now] = [objectOf(before[name]), objectOf(after[name])];
      for (const attribute of new Set([...Object.keys(old), ...Object.keys(now)]))
        if (!isDate(name, attribute)) add(patch, `${name}:${attribute}`, old[attribute], now[attribute]);
    }
  }
  return patch;
}

function add(patch: Record<string, Patch[string]>, name: string, before: JsonValue | undefined, after: JsonValue | undefined): void {
  if (!sameJson(before, after)) patch[name] = change(before, after);
}

export const change = (before: JsonValue | undefined, after: JsonValue | undefined): Patch[string] => ({
  ...(before === undefined ? {} : { before }),
  ...(after === undefined ? {} : { after }),
});

/** Of one attribute. */
export function valueAt(document: JsonObject, path: string): JsonValue | undefined {
  if (!isExtension(path)) return document[path];
  const end = path.lastIndexOf(":");
  return objectOf(document[path.slice(0, end)])[path.slice(end + 1)];
}

/** The document with one attribute set, or taken away. */
export function withValue(document: JsonObject, path: string, value: JsonValue | undefined): JsonObject {
  if (!isExtension(path)) return withMember(document, path, value);
  const end = path.lastIndexOf(":");
  const [urn, attribute] = [path.slice(0, end), path.slice(end + 1)];
  const extension = withMember(objectOf(document[urn]), attribute, value);
  return withMember(document, urn, Object.keys(extension).length > 0 ? extension : undefined);
}

function withMember(holder: JsonObject, name: string, value: JsonValue | undefined): JsonObject {
  if (value !== undefined) return { ...holder, [name]: value };
  const { [name]: _, ...others } = holder;
  return others;
}

const objectOf = (value: JsonValue | undefined): JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
