import type { JsonValue } from "../../core/entity.ts";
import { instantOf } from "../../filter/instants.ts";
import {
  booleanOf,
  complexValueOf,
  idOfManager,
  isEmpty,
  isUnassigned,
  KEEPS_JSON_TEXT,
  listOf,
  numberAsText,
  numberOf,
  plainValueOf,
  soleValueOf,
  structureOf,
} from "../dialect-values.ts";
import { InvalidSyntax, InvalidValue, TooMany } from "../errors.ts";
import { type Body, isObject, memberOf } from "../json.ts";
import type { AttributeSpec } from "../schema/attributes.ts";

/*
 * Converts a client's value to the stored value: checks types, converts deviating forms, and keeps everything
 * else. All requests use it, and each attribute gets its function once. All reject with InvalidValue or
 * TooMany and the name of the attribute.
 *
 * An empty value (null, "", [], {}, or only these inside) is unassigned. Unknown names besides known ones are
 * ignored. A value of which nothing is known is refused, because it would count as unassigned, and the client
 * would lose data in spite of a success status.
 */

/** Undefined: unassigned. */
export type Coerce = (value: unknown) => JsonValue | undefined;

export type JsonElement = Record<string, JsonValue>;

/**
 * The whole value of an attribute: a list for a multi-valued one, including elements that have only labels.
 */
export const coercion: (spec: AttributeSpec) => Coerce = remembered((spec) =>
  spec.multiValued ? wholeList(spec) : one(spec),
);

/** One element of a multi-valued attribute, or the whole value of any other. */
const elementCoercion: (spec: AttributeSpec) => Coerce = remembered(one);

function remembered<T>(make: (spec: AttributeSpec) => T): (spec: AttributeSpec) => T {
  const made = new Map<AttributeSpec, T>();
  return (spec) => {
    let one = made.get(spec);
    if (one === undefined) {
      one = make(spec);
      made.set(spec, one);
    }
    return one;
  };
}

export const nothingUnderstood = (name: string): InvalidValue =>
  new InvalidValue(`${name}: the value has no known name; use the names in /Schemas`);

function one(spec: AttributeSpec): Coerce {
  switch (spec.type) {
    case "complex":
      return complexValue(spec);
    case "boolean":
      return simple(spec, "true or false", booleanOf);
    case "integer":
      return simple(spec, "a whole number", (value) => {
        const number = numberOf(value);
        return number !== undefined && Number.isSafeInteger(number) ? number : undefined;
      });
    case "decimal":
      return simple(spec, "a number", numberOf);
    case "dateTime":
      return simple(spec, "a date and time", (value) =>
        typeof value === "string" && instantOf(value) !== undefined ? value : undefined,
      );
    case "binary":
      return simple(spec, "base64", (value) =>
        typeof value === "string" && BASE64.test(value) ? value : undefined,
      );
    case "string":
      return simple(spec, "a string", (value) => textOf(numberAsText(value)));
    default:
      return simple(spec, "a string", textOf);
  }
}

const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

/**
 * Both alphabets (RFC 7643 section 2.3.6). Line breaks are kept, because values are returned as they were
 * sent. Each part of the expression begins with another character than the part before. Otherwise the time
 * grows with the square of the line breaks (measured: 2.5 s for 32,000).
 */
const BASE64 = /^[A-Za-z0-9+/_\-\r\n]*(?:=[\r\n]*){0,2}$/;

/**
 * A visible character. Fillers of Hangul and the blank of Braille count as letters or symbols, but are
 * invisible.
 */
const VISIBLE = /[^\p{Z}\p{C}\p{M}\u115f\u1160\u3164\uffa0\u2800]/u;

function simple(
  spec: AttributeSpec,
  expected: string,
  convert: (value: unknown) => JsonValue | undefined,
): Coerce {
  const { fullName, maxLength, required } = spec;
  return (given) => {
    const value = typeof given === "object" ? plainValueOf(given) : given;
    if (isUnassigned(value)) {
      if (value !== given && !isEmpty(given)) throw nothingUnderstood(fullName);
      return undefined;
    }
    // First: the checks of a form read every character.
    if (typeof value === "string" && value.length > maxLength)
      throw new InvalidValue(`${fullName} must not be longer than ${maxLength} characters`);
    const converted = convert(value);
    if (converted === undefined) throw new InvalidValue(`${fullName} must be ${expected}`);
    // A required name needs a visible character.
    if (required && typeof converted === "string" && !VISIBLE.test(converted))
      throw new InvalidValue(`${fullName} must have a visible character`);
    return converted;
  };
}

function complexValue(spec: AttributeSpec): Coerce {
  const required = spec.sub.all.filter((sub) => sub.required);
  return (given) => {
    if (isUnassigned(given)) return undefined;
    const result: JsonElement = {};
    readInto(result, spec, given);
    for (const sub of required)
      if (result[sub.name] === undefined) throw new InvalidValue(`${sub.fullName} is required`);
    return hasMembers(result) ? result : undefined;
  };
}

/**
 * Sets the given sub-attributes and keeps the others. An unassigned one is removed (RFC 7644 sections 3.5.2.1
 * and 3.5.2.3).
 */
export function mergedComplex(
  spec: AttributeSpec,
  present: JsonElement | undefined,
  given: unknown,
): JsonElement | undefined {
  if (isUnassigned(soleValueOf(given))) return undefined;
  const result: JsonElement = { ...present };
  const adds = readInto(result, spec, given);
  // Labels without a value wait for one until the end of the request. If their value was just removed, they
  // are removed too.
  return hasMembers(result) && (adds || hasContent(spec, result)) ? result : undefined;
}

function hasMembers(value: JsonElement): boolean {
  for (const _name in value) return true;
  return false;
}

/**
 * Sets the given sub-attributes that are declared and writable, and removes those with empty values. True if
 * any was set. Rejects a value of which nothing is known.
 */
function readInto(result: JsonElement, spec: AttributeSpec, given: unknown): boolean {
  const value = asObject(spec, given);
  let sets = false;
  let says = false;
  let lost = false;
  for (const name of Object.keys(value)) {
    const sub = spec.sub.get(name);
    if (sub === undefined) {
      lost ||= !isEmpty(value[name]) && !followsFrom(spec, name);
      continue;
    }
    if (sub.mutability === "readOnly") continue;
    if (name !== sub.name && isGivenTwice(value, name))
      throw new InvalidSyntax(`${sub.fullName} is given twice`);
    const coerced = coercion(sub)(value[name]);
    assign(result, sub.name, coerced);
    if (coerced === undefined) continue;
    sets = true;
    says ||= !(spec.multiValued && LABELS.has(sub.name));
  }
  if (lost && !says) throw nothingUnderstood(spec.fullName);
  return sets;
}

function isGivenTwice(value: Body, name: string): boolean {
  const lower = name.toLowerCase();
  return Object.keys(value).some((other) => other !== name && other.toLowerCase() === lower);
}

interface Form {
  readonly hasValue: boolean;
  readonly keepsText: boolean;
  readonly isManager: boolean;
}

const formOf: (spec: AttributeSpec) => Form = remembered((spec) => ({
  hasValue: spec.sub.get("value") !== undefined,
  keepsText: KEEPS_JSON_TEXT.has(spec.name),
  isManager: spec.fullName.endsWith(":User:manager"),
}));

function asObject(spec: AttributeSpec, given: unknown): Body {
  const { hasValue, keepsText, isManager } = formOf(spec);
  const structure = keepsText ? given : structureOf(given, spec.fullName);
  const sole = spec.multiValued ? structure : structureOf(soleValueOf(structure), spec.fullName);
  const value = hasValue ? complexValueOf(sole) : sole;
  if (!isObject(value)) throw new InvalidValue(`${spec.fullName} must be an object`);
  return isManager ? withIdOfManager(value) : value;
}

function withIdOfManager(value: Body): Body {
  const id = isUnassigned(memberOf(value, "value")) ? idOfManager(value) : undefined;
  return isUnassigned(id) ? value : { value: id };
}

/** RFC 7643 section 4.3 has it, but only the server sets it. */
const followsFrom = (spec: AttributeSpec, name: string): boolean =>
  formOf(spec).isManager && name.toLowerCase() === "displayname";

export function assign(holder: JsonElement, name: string, value: JsonValue | undefined): void {
  if (value === undefined) delete holder[name];
  else holder[name] = value;
}

const LABELS: ReadonlySet<string> = new Set(["type", "primary", "display"]);

/** False for an element that has only labels (`{ "type": "work" }`). */
export function hasContent(spec: AttributeSpec, value: JsonElement): boolean {
  for (const name in value) if (!spec.multiValued || !LABELS.has(name)) return true;
  return false;
}

function wholeList(spec: AttributeSpec): Coerce {
  const coerce = elementCoercion(spec);
  return (given) => {
    if (isUnassigned(given)) return undefined;
    const elements = listOf(KEEPS_JSON_TEXT.has(spec.name) ? given : structureOf(given, spec.fullName));
    refuseTooManyElements(spec, elements);
    const result: JsonValue[] = [];
    for (const element of elements) {
      const value = coerce(element);
      if (value !== undefined) result.push(value);
    }
    return result.length > 0 ? result : undefined;
  };
}

/** More values than any attribute of a person needs. Members are rows and have no such limit. */
export const MAX_ELEMENTS = 1_000;

export function refuseTooManyElements(spec: AttributeSpec, elements: readonly unknown[]): void {
  if (elements.length > MAX_ELEMENTS)
    throw new TooMany(`${spec.fullName} must not have more than ${MAX_ELEMENTS} values`);
}
