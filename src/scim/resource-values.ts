import type { JsonValue } from "../core/entity.ts";
import { instantOf } from "../directory/query-cursor.ts";
import type { AttributeSpec } from "./attributes.ts";
import { booleanOf, complexValueOf, isUnassigned, listOf, numberOf, plainValueOf, soleValueOf } from "./dialect.ts";
import { InvalidSyntax, InvalidValue, TooMany } from "./errors.ts";
import { isObject } from "./json.ts";

/*
 * From what a client wrote to the value that is stored and answered: types checked, deviations undone, everything else as it came.
 * Each attribute gets its function once. All reject with InvalidValue or TooMany, naming the attribute.
 */

/** Undefined means unassigned. */
export type Coerce = (value: unknown) => JsonValue | undefined;

export type JsonElement = Record<string, JsonValue>;

/** The whole value of an attribute: a list for a multi-valued one. */
export const coercion: (spec: AttributeSpec) => Coerce = remembered((spec) => (spec.multiValued ? wholeList(spec) : one(spec)));

/** One element of a multi-valued attribute, the whole value of any other. */
const elementCoercion: (spec: AttributeSpec) => Coerce = remembered(one);

function remembered(make: (spec: AttributeSpec) => Coerce): (spec: AttributeSpec) => Coerce {
  const made = new Map<AttributeSpec, Coerce>();
  return (spec) => {
    let coerce = made.get(spec);
    if (coerce === undefined) {
      coerce = make(spec);
      made.set(spec, coerce);
    }
    return coerce;
  };
}

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
      return simple(spec, "a date and time", (value) => (typeof value === "string" && instantOf(value) !== undefined ? value : undefined));
    case "binary":
      return simple(spec, "base64", (value) => (typeof value === "string" && BASE64.test(value) ? value : undefined));
    default:
      return simple(spec, "a string", (value) => (typeof value === "string" ? value : undefined));
  }
}

/** Both alphabets (RFC 7643 section 2.3.6); line breaks are kept, since values come back as they were sent. */
const BASE64 = /^[A-Za-z0-9+/_\-\r\n]*={0,2}[\r\n]*$/;

function simple(spec: AttributeSpec, expected: string, convert: (value: unknown) => JsonValue | undefined): Coerce {
  const { fullName, maxLength } = spec;
  return (given) => {
    const value = typeof given === "object" ? plainValueOf(given) : given;
    if (isUnassigned(value)) return undefined;
    const converted = convert(value);
    if (converted === undefined) throw new InvalidValue(`${fullName} must be ${expected}`);
    if (typeof converted === "string" && converted.length > maxLength) {
      throw new InvalidValue(`${fullName} must not be longer than ${maxLength} characters`);
    }
    return converted;
  };
}

function complexValue(spec: AttributeSpec): Coerce {
  const hasValue = spec.sub.get("value") !== undefined;
  const required = spec.sub.all.filter((sub) => sub.required);
  return (given) => {
    const sole = spec.multiValued ? given : soleValueOf(given);
    if (isUnassigned(sole)) return undefined;
    const value = hasValue ? complexValueOf(sole) : sole;
    if (!isObject(value)) throw new InvalidValue(`${spec.fullName} must be an object`);
    const result = subValues(spec, value);
    for (const sub of required) if (result[sub.name] === undefined) throw new InvalidValue(`${sub.fullName} is required`);
    return saysSomething(spec, result) ? result : undefined;
  };
}

/** The declared and writable sub-attributes among those given; others are passed over. */
function subValues(spec: AttributeSpec, given: Readonly<Record<string, unknown>>): JsonElement {
  const result: JsonElement = {};
  for (const name of Object.keys(given)) {
    const sub = spec.sub.get(name);
    if (sub === undefined || sub.mutability === "readOnly") continue;
    const value = coercion(sub)(given[name]);
    if (value === undefined) continue;
    if (Object.hasOwn(result, sub.name)) throw new InvalidSyntax(`${sub.fullName} is given twice`);
    result[sub.name] = value;
  }
  return result;
}

/** The given sub-attributes laid over the present ones; an unassigned one is taken away (RFC 7644 sections 3.5.2.1 and 3.5.2.3). */
export function mergedComplex(spec: AttributeSpec, present: JsonElement | undefined, given: unknown): JsonElement | undefined {
  const sole = soleValueOf(given);
  if (isUnassigned(sole)) return undefined;
  const value = spec.sub.get("value") === undefined ? sole : complexValueOf(sole);
  if (!isObject(value)) throw new InvalidValue(`${spec.fullName} must be an object`);
  const result: JsonElement = { ...present };
  for (const name of Object.keys(value)) {
    const sub = spec.sub.get(name);
    if (sub === undefined || sub.mutability === "readOnly") continue;
    assign(result, sub.name, coercion(sub)(value[name]));
  }
  return saysSomething(spec, result) ? result : undefined;
}

export function assign(holder: JsonElement, name: string, value: JsonValue | undefined): void {
  if (value === undefined) delete holder[name];
  else holder[name] = value;
}

const LABELS: ReadonlySet<string> = new Set(["type", "primary", "display"]);

/** An element of a list whose labels alone are left (`{ "type": "work" }`) has no value any more. */
export function saysSomething(spec: AttributeSpec, value: JsonElement): boolean {
  const names = Object.keys(value);
  return spec.multiValued ? names.some((name) => !LABELS.has(name)) : names.length > 0;
}

function wholeList(spec: AttributeSpec): Coerce {
  const coerce = elementCoercion(spec);
  return (given) => {
    if (isUnassigned(given)) return undefined;
    const elements = listOf(given);
    refuseTooManyElements(spec, elements);
    const result: JsonValue[] = [];
    for (const element of elements) {
      const value = coerce(element);
      if (value !== undefined) result.push(value);
    }
    refuseTwoPrimaries(spec, result);
    return result.length > 0 ? result : undefined;
  };
}

/** More values than any attribute of a person has; members are rows and not bound by it. */
export const MAX_ELEMENTS = 1_000;

export function refuseTooManyElements(spec: AttributeSpec, elements: readonly unknown[]): void {
  if (elements.length > MAX_ELEMENTS) throw new TooMany(`${spec.fullName} must not have more than ${MAX_ELEMENTS} values`);
}

/** RFC 7643 section 2.4: `primary` is true at most once. */
export function refuseTwoPrimaries(spec: AttributeSpec, elements: readonly JsonValue[]): void {
  let primaries = 0;
  for (const element of elements) if (isObject(element) && element.primary === true) primaries += 1;
  if (primaries > 1) throw new InvalidValue(`${spec.fullName} must not have more than one primary value`);
}
