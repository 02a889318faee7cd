import type { JsonObject, JsonValue } from "../core/entity.ts";
import type { SourceRules } from "../mapping/sources.ts";

/*
 * The units of a document for which one source can have priority: an attribute; for a list, the elements of
 * one type; for an extension, each attribute. Names are as in the block `sources` of the mapping file:
 * `title`, `phoneNumbers.mobile`, `enterprise.department`.
 */

export interface Unit {
  readonly name: string;
  readonly value: JsonValue;
  /** Its place in a document: an attribute; for an extension, the URN and the attribute. */
  readonly place: readonly [attribute: string] | readonly [urn: string, attribute: string];
}

/** The leaving rule decides `active`, and `schemas` is derived from the document. */
const LEFT_OUT: ReadonlySet<string> = new Set(["active", "schemas"]);

/** In the order of the document. */
export function unitsOf(
  document: JsonObject,
  { extensions }: Pick<SourceRules, "extensions">,
): readonly Unit[] {
  return Object.entries(document).flatMap(([attribute, value]): readonly Unit[] => {
    if (LEFT_OUT.has(attribute)) return [];
    if (isExtension(attribute) && isObject(value)) {
      const variable = extensions.get(attribute) ?? attribute;
      if (Object.keys(value).length === 0) return [{ name: variable, value, place: [attribute] }];
      return Object.entries(value).map(([name, inner]) => ({
        name: `${variable}.${name}`,
        value: inner,
        place: [attribute, name],
      }));
    }
    return Array.isArray(value) ? byType(attribute, value) : [{ name: attribute, value, place: [attribute] }];
  });
}

function byType(attribute: string, list: readonly JsonValue[]): readonly Unit[] {
  if (list.length === 0) return [{ name: attribute, value: list, place: [attribute] }];
  const units = new Map<string, JsonValue[]>();
  for (const element of list) {
    const type = isObject(element) && typeof element.type === "string" ? element.type.toLowerCase() : "";
    const name = type === "" ? attribute : `${attribute}.${type}`;
    units.set(name, [...(units.get(name) ?? []), element]);
  }
  return [...units].map(([name, value]) => ({ name, value, place: [attribute] }));
}

/** The document of the units. Each name must be unique. */
export function documentOf(units: readonly Unit[]): JsonObject {
  const document: Record<string, JsonValue> = {};
  for (const { place, value } of units) {
    const [first, inner] = place;
    const before = document[first];
    if (inner !== undefined) document[first] = { ...(isObject(before) ? before : {}), [inner]: value };
    else if (Array.isArray(value)) document[first] = [...(Array.isArray(before) ? before : []), ...value];
    else document[first] = isObject(value) && isObject(before) ? { ...before, ...value } : value;
  }
  return Object.fromEntries(
    Object.entries(document).map(([name, value]) => [
      name,
      Array.isArray(value) ? withOnePrimary(value) : value,
    ]),
  );
}

/**
 * Elements come from several sources, and each may have a primary one (RFC 7643 section 2.4: at most one).
 */
function withOnePrimary(list: readonly JsonValue[]): readonly JsonValue[] {
  let found = false;
  return list.map((element) => {
    if (!isObject(element) || element.primary !== true) return element;
    if (!found) {
      found = true;
      return element;
    }
    const { primary: _another, ...rest } = element;
    return rest;
  });
}

/** An empty text, list or object is not a value (RFC 7643 section 2.5). */
export const hasValue = (value: JsonValue | undefined): value is JsonValue =>
  value !== undefined &&
  value !== null &&
  value !== "" &&
  !(Array.isArray(value) && value.length === 0) &&
  !(isObject(value) && Object.keys(value).length === 0);

const isExtension = (attribute: string): boolean => attribute.toLowerCase().startsWith("urn:");

export const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);
