import type { JsonObject, JsonValue } from "../../core/entity.ts";
import { isObject } from "../json.ts";
import type { ResourceSchema } from "../schema/attributes.ts";
import { resolveName } from "../schema/path-name.ts";
import { names, withoutFilter } from "./attribute-names.ts";

/*
 * `attributes` and `excludedAttributes` (RFC 7644 section 3.9), compiled once for a request:
 * readProjection(schema, { attributes, excludedAttributes }) → Projection. Attributes with `returned: always`
 * stay, and no document has those with `never`. Unknown names are ignored. Names are compared in lower case,
 * because extensions without a schema keep the client's spelling.
 */

export interface Projection {
  /** True: documents are sent unchanged and need no parsing. */
  readonly whole: boolean;
  /**
   * Whether an attribute of the core schema (`members`, `groups`, `meta`) is requested. Otherwise it need not
   * be loaded.
   */
  wants(name: string): boolean;
  /** The requested part of a resource with id, meta, groups or members. Does not change its argument. */
  apply(resource: JsonObject): JsonObject;
}

export interface ProjectionRequest {
  /** Comma-separated as in a query, or a list as in .search. */
  readonly attributes?: string | readonly string[] | undefined;
  readonly excludedAttributes?: string | readonly string[] | undefined;
}

/** The projection of nearly every request, which names no attributes. */
const WHOLE: Projection = { whole: true, wants: () => true, apply: (resource) => resource };

/** Rejects with InvalidValue for too many names. */
export function readProjection(schema: ResourceSchema, request: ProjectionRequest): Projection {
  if (request.attributes === undefined && request.excludedAttributes === undefined) return WHOLE;
  const asked = names(request.attributes);
  const wanted = selection(schema, asked.map(withoutFilter));
  const unwanted = selection(schema, names(request.excludedAttributes));
  const always = new Set(
    schema.attributes.all.filter((spec) => spec.returned === "always").map((spec) => spec.name),
  );
  // Even with only unknown names, the answer has only attributes with `returned: always`.
  const narrows = asked.length > 0;
  return {
    whole: !narrows && unwanted.size === 0,
    wants: (name) => always.has(name) || ((!narrows || wanted.has(name)) && unwanted.get(name) !== "all"),
    apply(resource) {
      const result: Record<string, JsonValue> = {};
      for (const name of Object.keys(resource)) {
        const value = resource[name]!;
        const lower = name.toLowerCase();
        const kept = always.has(name)
          ? value
          : without(narrows ? only(value, wanted.get(lower)) : value, unwanted.get(lower));
        if (kept !== undefined) result[name] = kept;
      }
      return result;
    },
  };
}

/** The selected part of a value: all of it, or named parts. For a list it applies to each element. */
type Part = "all" | Parts;
type Parts = Map<string, Part>;

function selection(schema: ResourceSchema, given: readonly string[]): Parts {
  const parts: Parts = new Map();
  for (const name of given) {
    for (const path of pathsOf(schema, name)) mark(parts, path);
  }
  return parts;
}

/**
 * The URN of the core schema means all its attributes. Another URN means the extension or an attribute of it.
 */
function pathsOf(schema: ResourceSchema, name: string): readonly (readonly string[])[] {
  const named = resolveName(schema, name);
  if (named === undefined) return foreignPaths(name);
  if (named.kind === "core") return schema.attributes.all.map((attribute) => [attribute.name]);
  if (named.kind === "extension") return [[named.extension.id]];
  const { extension, attribute, sub } = named;
  return [[...(extension ? [extension.id] : []), attribute.name, ...(sub ? [sub.name] : [])]];
}

/**
 * `urn:example:2.0:User:badge` may be an extension without a schema, or the attribute `badge` of
 * `urn:example:2.0:User`.
 */
function foreignPaths(name: string): readonly (readonly string[])[] {
  const colon = name.lastIndexOf(":");
  return colon < 0 ? [] : [[name], [name.slice(0, colon), name.slice(colon + 1)]];
}

function mark(parts: Parts, path: readonly string[]): void {
  const [head, ...rest] = path;
  if (head === undefined) return;
  const name = head.toLowerCase();
  const present = parts.get(name);
  if (present === "all") return;
  if (rest.length === 0) {
    parts.set(name, "all");
    return;
  }
  const inner: Parts = present ?? new Map();
  parts.set(name, inner);
  mark(inner, rest);
}

function only(value: JsonValue | undefined, part: Part | undefined): JsonValue | undefined {
  if (part === undefined || value === undefined) return undefined;
  if (part === "all") return value;
  return eachObject(value, (object) =>
    picked(object, (name) => only(object[name], part.get(name.toLowerCase()))),
  );
}

function without(value: JsonValue | undefined, part: Part | undefined): JsonValue | undefined {
  if (part === undefined || value === undefined) return value;
  if (part === "all") return undefined;
  return eachObject(value, (object) =>
    picked(object, (name) => without(object[name], part.get(name.toLowerCase()))),
  );
}

function eachObject(
  value: JsonValue,
  change: (object: JsonObject) => JsonObject | undefined,
): JsonValue | undefined {
  if (Array.isArray(value)) {
    const kept = value
      .map((element: JsonValue) => eachObject(element, change))
      .filter((element) => element !== undefined);
    return kept.length > 0 ? kept : undefined;
  }
  return isObject(value) ? change(value as JsonObject) : undefined;
}

function picked(object: JsonObject, part: (name: string) => JsonValue | undefined): JsonObject | undefined {
  const entries = Object.keys(object).flatMap((name): [string, JsonValue][] => {
    const kept = part(name);
    return kept === undefined ? [] : [[name, kept]];
  });
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}
