import type { JsonObject, JsonValue } from "../core/entity.ts";
import { sameJson } from "../core/json/same-json.ts";
import { isDate, isExtension } from "./worker.ts";

/**
 * The old and the new value of each attribute. An attribute of an extension has the name `<URN>:<attribute>`,
 * as in SCIM. `before` or `after` is missing where there is no value.
 */
export type Patch = Readonly<Record<string, { readonly before?: JsonValue; readonly after?: JsonValue }>>;

/**
 * Attributes that are never scheduled: they identify the record, or switch it off, and take effect when they
 * are sent.
 */
const IMMEDIATE: ReadonlySet<string> = new Set(["id", "externalId", "active", "schemas", "meta", "groups"]);

/** The difference between two documents, for the attributes that may take effect on a later day. */
export function deferrable(before: JsonObject, after: JsonObject): Patch {
  const patch: Record<string, Patch[string]> = {};
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (IMMEDIATE.has(name)) continue;
    if (!isExtension(name)) add(patch, name, before[name], after[name]);
    else {
      const [old, now] = [objectOf(before[name]), objectOf(after[name])];
      for (const attribute of new Set([...Object.keys(old), ...Object.keys(now)]))
        if (!isDate(name, attribute)) add(patch, `${name}:${attribute}`, old[attribute], now[attribute]);
    }
  }
  return patch;
}

function add(
  patch: Record<string, Patch[string]>,
  name: string,
  before: JsonValue | undefined,
  after: JsonValue | undefined,
): void {
  if (!sameJson(before, after)) patch[name] = change(before, after);
}

export const change = (before: JsonValue | undefined, after: JsonValue | undefined): Patch[string] => ({
  ...(before === undefined ? {} : { before }),
  ...(after === undefined ? {} : { after }),
});

/** The value of one attribute. `path` is a name as in Patch. */
export function valueAt(document: JsonObject, path: string): JsonValue | undefined {
  if (!isExtension(path)) return document[path];
  const end = path.lastIndexOf(":");
  return objectOf(document[path.slice(0, end)])[path.slice(end + 1)];
}

/** The document with one attribute set. `value` undefined removes the attribute. */
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
