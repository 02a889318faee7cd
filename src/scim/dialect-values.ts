import { JSON_BOUNDS } from "../http/body.ts";
import { jsonExcess } from "../http/connection/json-scan.ts";
import { repeatedName } from "../http/connection/repeated-names.ts";
import { InvalidValue } from "./errors.ts";
import { type Body, checkParts, isObject, memberOf } from "./json.ts";
import { ENTERPRISE_SCHEMA } from "./schema/enterprise.ts";

/* Readers of values in the forms of clients, by the names of the rules in dialect.ts. */

/** empty-is-unassigned. */
export const isUnassigned = (value: unknown): boolean =>
  value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0);

/** An empty value, or an object or list of empty values: it unassigns the attribute. */
export function isEmpty(value: unknown): boolean {
  if (isUnassigned(value)) return true;
  if (Array.isArray(value)) return value.every(isEmpty);
  return isObject(value) && Object.keys(value).every((name) => isEmpty(value[name]));
}

/**
 * These attributes have JSON as text: Entra sends an assignment in this form and expects it back
 * (AppRoleAssignmentsComplex).
 */
export const KEEPS_JSON_TEXT: ReadonlySet<string> = new Set(["roles", "entitlements"]);

/** A shorter text can exceed only the depth, which is checked again. */
const SMALL = 4_096;
const JSON_TEXT = /^\s*[[{]/;

/**
 * json-as-text: JSON text is parsed where an object or a list is expected. A text that begins like JSON but
 * is invalid is refused and never stored. `name`: the attribute.
 */
export function structureOf(value: unknown, name: string): unknown {
  if (typeof value !== "string" || !JSON_TEXT.test(value)) return value;
  const excess = value.length > SMALL ? jsonExcess(Buffer.from(value), JSON_BOUNDS) : undefined;
  if (excess !== undefined)
    throw new InvalidValue(`${name}: the JSON that is sent as text is too large or too deep`);
  let structure: unknown;
  try {
    structure = JSON.parse(value);
  } catch (cause) {
    throw new InvalidValue(`${name}: the text begins like JSON and is not valid JSON`, { cause });
  }
  if (repeatedName(value, structure) !== undefined)
    throw new InvalidValue(`${name}: the JSON that is sent as text has a name twice in one object`);
  checkParts(structure, name);
  return structure;
}

/** The end of a resource's address, absolute, or relative as in the examples of RFC 7643 section 8. */
const ADDRESS = /\/(?:Users|Groups)\/+([^/?#]+)\/*$/i;

export const idInAddress = (address: unknown): string | undefined =>
  typeof address === "string" ? ADDRESS.exec(address)?.[1] : undefined;

/** capitalised-operations. Undefined for other texts. */
export function operationOf(op: unknown): "add" | "replace" | "remove" | undefined {
  if (typeof op !== "string") return undefined;
  const word = op.toLowerCase();
  return word === "add" || word === "replace" || word === "remove" ? word : undefined;
}

/** string-booleans. */
export function booleanOf(value: unknown): boolean | undefined {
  if (typeof value === "boolean") return value;
  if (typeof value !== "string" || value.length > 5) return undefined;
  const word = value.toLowerCase();
  return word === "true" ? true : word === "false" ? false : undefined;
}

const NUMBER = /^-?\d{1,15}(\.\d{1,15})?$/;

/** string-numbers. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  return typeof value === "string" && value.length < 33 && NUMBER.test(value) ? Number(value) : undefined;
}

/**
 * numbers-for-text. A fraction has several forms as text, and of a number beyond 2^53 the last digits are
 * lost.
 */
export const numberAsText = (value: unknown): unknown =>
  typeof value === "number" && Number.isSafeInteger(value) ? String(value) : value;

/** value-in-list, for a single-valued attribute: the only value of a list, or the given value. */
export function soleValueOf(value: unknown): unknown {
  return Array.isArray(value) && value.length === 1 ? value[0] : value;
}

/**
 * value-in-list, for an attribute that is not complex: the value of `{ "$ref": …, "value": … }`, or the given
 * value.
 */
export function plainValueOf(value: unknown): unknown {
  const sole = soleValueOf(value);
  return isObject(sole) && Object.keys(sole).every((name) => name === "value" || name === "$ref")
    ? sole.value
    : sole;
}

/** bare-complex-value: a text or number in place of an object is its `value`. */
export const complexValueOf = (value: unknown): unknown =>
  typeof value === "string" || typeof value === "number" ? { value } : value;

/** reference-by-address and manager-id: the id of a manager without a `value`. */
export const idOfManager = (manager: Body): unknown =>
  idInAddress(memberOf(manager, "$ref")) ?? memberOf(manager, "managerid");

/** single-for-list. */
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

/**
 * unprefixed-enterprise-names: the extension in which a name without prefix is searched if the core schema
 * lacks it.
 */
export const UNPREFIXED_EXTENSION = ENTERPRISE_SCHEMA;

const EARLIER_NAME =
  /^urn:(?:ietf:params:)?scim:schemas:(core|extension:enterprise):[12]\.0(?::(User|Group))?(?=[:.]|$)/i;

/**
 * earlier-schema-names: the name with the URN of RFC 7643. A core schema without a resource type means that
 * of `resourceType`.
 */
export function finalSchemaName(name: string, resourceType: "User" | "Group"): string {
  const [urn, schema = "", type] = EARLIER_NAME.exec(name) ?? [];
  if (urn === undefined) return name;
  const final =
    schema.toLowerCase() === "core"
      ? `urn:ietf:params:scim:schemas:core:2.0:${type ?? resourceType}`
      : ENTERPRISE_SCHEMA;
  return final + name.slice(urn.length);
}
