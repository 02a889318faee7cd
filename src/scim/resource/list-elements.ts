import type { JsonValue } from "../../core/entity.ts";
import { sameJson } from "../../core/json/same-json.ts";
import { fold } from "../../core/text/fold.ts";
import { InvalidValue } from "../errors.ts";
import { isObject } from "../json.ts";
import type { AttributeSpec } from "../schema/attributes.ts";
import { hasContent, type JsonElement } from "./values.ts";

/*
 * Rules for the elements of a multi-valued attribute: which are equal, and the form of the list after a
 * request.
 */

/** The form of a value for comparisons, by the letter-case rule of the attribute. */
const compared = ({ caseExact }: AttributeSpec, value: JsonValue | undefined): JsonValue | undefined =>
  typeof value === "string" && !caseExact ? fold(value) : value;

const ASCII = /^[ -~]*$/;

/** Compares by the attribute's `caseExact`. Most values are ASCII and differ without folding. */
export function sameValue(
  { caseExact }: AttributeSpec,
  left: JsonValue | undefined,
  right: JsonValue | undefined,
): boolean {
  if (left === right) return true;
  if (caseExact || typeof left !== "string" || typeof right !== "string") return false;
  if (ASCII.test(left) && ASCII.test(right))
    return left.length === right.length && left.toLowerCase() === right.toLowerCase();
  return fold(left) === fold(right);
}

/**
 * A key that is equal for elements with the same values of `subs`, if the first of them exists. Otherwise it
 * is equal for equal elements.
 */
function keyBy([main, ...others]: readonly AttributeSpec[], element: JsonElement): string {
  if (main === undefined || typeof element[main.name] !== "string")
    return JSON.stringify(Object.entries(element).sort());
  return JSON.stringify([main, ...others].map((sub) => compared(sub, element[sub.name]) ?? null));
}

/** The value, and the type if the attribute has types. */
const valueAndType = (spec: AttributeSpec): readonly AttributeSpec[] =>
  spec.sub.get("value") === undefined ? [] : declared(spec, "value", "type");

const declared = ({ sub }: AttributeSpec, ...names: readonly string[]): readonly AttributeSpec[] =>
  names.flatMap((name) => sub.get(name) ?? []);

/**
 * A key that is equal for elements about the same thing: with the same name (a custom field), otherwise with
 * the same value and type. An added element updates the existing one.
 */
export const thingOf = (spec: AttributeSpec, element: JsonElement): string =>
  keyBy(spec.sub.get("name") === undefined ? valueAndType(spec) : declared(spec, "name"), element);

/** The sub-attributes that decide which elements a removal means: value and type, not the labels. */
export function decisive(spec: AttributeSpec, given: JsonElement): readonly AttributeSpec[] {
  const names =
    spec.sub.get("value") === undefined ? spec.sub.all.map(({ name }) => name) : ["name", "value", "type"];
  return declared(spec, ...names).filter(
    ({ name }) => name !== "primary" && name !== "display" && given[name] !== undefined,
  );
}

/**
 * A list as it is stored: without elements that have only labels, each (type, value) pair once with its last
 * labels, and at most one primary element (RFC 7643 section 2.4). Returns the same list if nothing changes;
 * undefined if nothing is left. Rejects with InvalidValue.
 */
export function settledList(
  spec: AttributeSpec,
  elements: readonly JsonValue[],
): readonly JsonValue[] | undefined {
  if (spec.type !== "complex") return elements;
  const result = withoutRepetitions(
    spec,
    (elements as readonly JsonElement[]).filter((element) => hasContent(spec, element)),
  );
  refuseTwoPrimaries(spec, result);
  if (result.length === elements.length) return elements;
  return result.length > 0 ? result : undefined;
}

/** For more elements a table replaces the comparison of each with each. */
const FEW = 8;

function withoutRepetitions(spec: AttributeSpec, elements: readonly JsonElement[]): readonly JsonElement[] {
  const pair = spec.sub.get("type") === undefined ? [] : valueAndType(spec);
  if (
    elements.length <= FEW &&
    !elements.some((one, at) => elements.slice(0, at).some((other) => samePair(pair, one, other)))
  )
    return elements;
  const result: JsonElement[] = [];
  const places = new Map<string, number>();
  for (const element of elements) {
    const key = keyBy(pair, element);
    const at = places.get(key);
    if (at === undefined) places.set(key, result.push(element) - 1);
    else result[at] = { ...result[at], ...element };
  }
  return result;
}

function samePair([value, type]: readonly AttributeSpec[], left: JsonElement, right: JsonElement): boolean {
  if (value === undefined || type === undefined || left.value === undefined) return sameJson(left, right);
  return sameValue(type, left.type, right.type) && sameValue(value, left.value, right.value);
}

function refuseTwoPrimaries(spec: AttributeSpec, elements: readonly JsonValue[]): void {
  let primaries = 0;
  for (const element of elements) if (isObject(element) && element.primary === true) primaries += 1;
  if (primaries > 1) throw new InvalidValue(`${spec.fullName} must not have more than one primary value`);
}
