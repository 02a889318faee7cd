import type { JsonValue } from "../../core/entity.ts";
import { fold } from "../../core/fold.ts";
import { sameJson } from "../../core/same-json.ts";
import { InvalidValue } from "../errors.ts";
import { isObject } from "../json.ts";
import type { AttributeSpec } from "../schema/attributes.ts";
import { hasContent, type JsonElement } from "./values.ts";

/*
 * Rules for the elements of a multi-valued attribute: which ones are equal, and the form of the list after a request.
 */

/** What a value is compared as, by the attribute's own rule of letter case. */
const compared = ({ caseExact }: AttributeSpec, value: JsonValue | undefined): JsonValue | undefined =>
  typeof value === "string" && !caseExact ? fold(value) : value;

const ASCII = /^[ -~]*$/;

/** Compares by the attribute's `caseExact`. Most values are plain text and differ without folding. */
export function sameValue({ caseExact }: AttributeSpec, left: JsonValue | undefined, right: JsonValue | undefined): boolean {
  if (left === right) return true;
  if (caseExact || typeof left !== "string" || typeof right !== "string") return false;
  if (ASCII.test(left) && ASCII.test(right)) return left.length === right.length && left.toLowerCase() === right.toLowerCase();
  return fold(left) === fold(right);
}

/** Equal for elements that agree in `subs`, of which the first has to be there; else for those that are the same as a whole. */
function keyBy([main, ...others]: readonly AttributeSpec[], element: JsonElement): string {
  if (main === undefined || typeof element[main.name] !== "string") return JSON.stringify(Object.entries(element).sort());
  return JSON.stringify([main, ...others].map((sub) => compared(sub, element[sub.name]) ?? null));
}

/** Of a list of values: the value, and its type where there are types. */
const valueAndType = (spec: AttributeSpec): readonly AttributeSpec[] =>
  spec.sub.get("value") === undefined ? [] : declared(spec, "value", "type");

const declared = ({ sub }: AttributeSpec, ...names: readonly string[]): readonly AttributeSpec[] =>
  names.flatMap((name) => sub.get(name) ?? []);

/** Equal for elements about one thing: of one name (a custom field), else of one value and type. What is added brings the one that is there up to date. */
export const thingOf = (spec: AttributeSpec, element: JsonElement): string =>
  keyBy(spec.sub.get("name") === undefined ? valueAndType(spec) : declared(spec, "name"), element);

/** The sub-attributes that decide which elements a value to remove means: what it is and of which type, not what it is marked or shown as. */
export function decisive(spec: AttributeSpec, given: JsonElement): readonly AttributeSpec[] {
  const names = spec.sub.get("value") === undefined ? spec.sub.all.map(({ name }) => name) : ["name", "value", "type"];
  return declared(spec, ...names).filter(({ name }) => name !== "primary" && name !== "display" && given[name] !== undefined);
}

/**
 * A list as it is stored: elements with labels alone are gone, a (type, value) pair is there once with what was said of it last, and one element at most is
 * primary (RFC 7643 section 2.4). The same list when it is so already; undefined when nothing is left. Rejects with InvalidValue.
 */
export function settledList(spec: AttributeSpec, elements: readonly JsonValue[]): readonly JsonValue[] | undefined {
  if (spec.type !== "complex") return elements;
  const result = withoutRepetitions(
    spec,
    (elements as readonly JsonElement[]).filter((element) => hasContent(spec, element)),
  );
  refuseTwoPrimaries(spec, result);
  if (result.length === elements.length) return elements;
  return result.length > 0 ? result : undefined;
}

/** Above this, a table is made of the elements instead of comparing each with each. */
const FEW = 8;

function withoutRepetitions(spec: AttributeSpec, elements: readonly JsonElement[]): readonly JsonElement[] {
  const pair = spec.sub.get("type") === undefined ? [] : valueAndType(spec);
  if (elements.length <= FEW && !elements.some((one, at) => elements.slice(0, at).some((other) => samePair(pair, one, other))))
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
