import { quotedName } from "../../core/text/quoted-name.ts";
import type { FilterNode } from "../../filter/ast.ts";
import { FILTER_LIMITS } from "../../filter/cursor.ts";
import { InvalidFilter } from "../../filter/errors.ts";
import { parsePathText } from "../../filter/parse.ts";
import { InvalidPath } from "../errors.ts";
import { filterTable } from "../filter.ts";
import { isForeignName } from "../resource/foreign.ts";
import type { ResourceSchema } from "../schema/attributes.ts";
import { isBelowSchema, type Named, resolveName } from "../schema/path-name.ts";

/*
 * Paths of PATCH operations (RFC 7644 section 3.5.2), resolved against the schema tables.
 *   parsePath(schema, 'emails[type eq "work"].value')    → PathTarget, or InvalidPath
 *   findPath(schema, "nope")                             → undefined
 */

export type PathTarget =
  | (Named & { readonly filter?: FilterNode })
  /** In an extension without a schema. Without `name`: the whole extension. */
  | { readonly kind: "foreign"; readonly urn: string; readonly name?: string };

/** Rejects with InvalidPath (malformed, unknown attribute) or InvalidFilter (text in the brackets). */
export function parsePath(schema: ResourceSchema, path: string): PathTarget {
  const target = findPath(schema, path);
  if (target === undefined) throw new InvalidPath(`path: no such attribute${quotedName(path)}`);
  return target;
}

/**
 * Does the same for a name that may be unknown; then undefined. A body may have many of these, and an error
 * for each would be slow.
 */
export function findPath(schema: ResourceSchema, path: string): PathTarget | undefined {
  if (path.length > FILTER_LIMITS.characters)
    throw new InvalidPath(`path: longer than ${FILTER_LIMITS.characters} characters`);
  const bracket = path.indexOf("[");
  const name = (bracket < 0 ? path : path.slice(0, bracket)).trim();
  const named = resolveName(schema, name);
  if (named === undefined) return foreignPath(schema, bracket < 0 ? name : "");
  if (bracket < 0) return named;
  if (named.kind !== "attribute" || named.sub !== undefined || !named.attribute.multiValued) {
    throw new InvalidPath("path: brackets need a multi-valued attribute before them");
  }
  const { filter, sub } = parsePathText(path.trim(), filterTable(schema));
  const found = sub === undefined ? undefined : named.attribute.sub.get(sub);
  if (sub !== undefined && found === undefined)
    throw new InvalidPath(`path: ${named.attribute.fullName} has no such sub-attribute${quotedName(sub)}`);
  if (filter === undefined) throw new InvalidFilter("path: the filter is missing");
  return { ...named, filter, ...(found ? { sub: found } : {}) };
}

const LOCAL_NAME = /^[A-Za-z][\w$-]{0,99}$/;
const VERSION = /^\d+(\.\d+)*$/;
const REFUSED: ReadonlySet<string> = new Set(["constructor", "prototype"]);

/**
 * `urn:example:2.0:User:badge` is the attribute `badge` of the extension `urn:example:2.0:User`. The URN
 * alone is recognised by the version at its end or before its last part. Extensions with a schema have only
 * attributes of the schema.
 */
function foreignPath(schema: ResourceSchema, name: string): PathTarget | undefined {
  const colon = name.lastIndexOf(":");
  const urn = name.slice(0, colon);
  const local = name.slice(colon + 1);
  if (
    colon < 0 ||
    !isForeignName(name) ||
    !name.toLowerCase().startsWith("urn:") ||
    isBelowSchema(schema, name) ||
    REFUSED.has(local)
  ) {
    return undefined;
  }
  if (VERSION.test(local) || VERSION.test(urn.slice(urn.lastIndexOf(":") + 1)))
    return { kind: "foreign", urn: name };
  if (!LOCAL_NAME.test(local)) return undefined;
  return { kind: "foreign", urn, name: local };
}
