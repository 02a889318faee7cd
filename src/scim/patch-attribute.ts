import type { JsonValue } from "../core/entity.ts";
import { unreachable } from "../core/errors.ts";
import { sameJson } from "../core/same-json.ts";
import type { FilterNode } from "../directory/query.ts";
import { compileElementQuery } from "../directory/query-match.ts";
import type { AttributeSpec } from "./attributes.ts";
import { complexValueOf, isUnassigned, listOf } from "./dialect.ts";
import { InvalidValue, NoTarget } from "./errors.ts";
import { isObject } from "./json.ts";
import type { Operation } from "./patch.ts";
import type { PathTarget } from "./path.ts";
import {
  assign,
  coercion,
  type JsonElement,
  mergedComplex,
  refuseTooManyElements,
  refuseTwoPrimaries,
  saysSomething,
} from "./resource-values.ts";

type AttributeTarget = PathTarget & { readonly kind: "attribute" };

/** The new value of one attribute; undefined when it is unassigned. Never changes `present`. The table is in patch.ts. */
export function patchedAttribute(
  present: JsonValue | undefined,
  op: Operation["op"],
  target: AttributeTarget,
  value: unknown,
): JsonValue | undefined {
  const { attribute, sub } = target;
  if (attribute.multiValued) {
    const elements = (Array.isArray(present) ? present : []) as readonly JsonElement[];
    const next = patchedList(elements, op, target, value);
    refuseTooManyElements(attribute, next);
    return next.length > 0 ? next : undefined;
  }
  if (sub !== undefined) {
    const holder = { ...(present as JsonElement | undefined) };
    assign(holder, sub.name, op === "remove" ? undefined : coercion(sub)(value));
    return saysSomething(attribute, holder) ? holder : undefined;
  }
  if (op === "remove") return undefined;
  return attribute.type === "complex" ? mergedComplex(attribute, present as JsonElement | undefined, value) : coercion(attribute)(value);
}

function patchedList(
  elements: readonly JsonElement[],
  op: Operation["op"],
  target: AttributeTarget,
  value: unknown,
): readonly JsonElement[] {
  const { attribute, filter, sub } = target;
  if (filter !== undefined) return patchedMatches(elements, op, { attribute, filter, sub }, value);
  if (sub !== undefined) {
    const next = op === "remove" ? undefined : coercion(sub)(value);
    if (next === undefined || elements.length > 0) return withSub(attribute, elements, () => true, sub, next);
    // What is not there is added (RFC 7644 section 3.5.2.3).
    const element = mergedComplex(attribute, undefined, { [sub.name]: next });
    return element === undefined ? [] : [element];
  }
  switch (op) {
    case "add":
      return added(attribute, elements, (coercion(attribute)(value) ?? []) as readonly JsonElement[]);
    case "replace":
      return (coercion(attribute)(value) ?? []) as readonly JsonElement[];
    case "remove":
      return isUnassigned(value) ? [] : without(elements, value);
    default:
      return unreachable(op);
  }
}

/** RFC 7644 section 3.5.2.1: what is there already is not added again. The same value and type is the same thing; its labels are brought up to date. */
function added(attribute: AttributeSpec, elements: readonly JsonElement[], more: readonly JsonElement[]): readonly JsonElement[] {
  const result = [...elements];
  const touched: JsonElement[] = [];
  for (const element of more) {
    const at = result.findIndex((other) =>
      element.value === undefined ? sameJson(other, element) : other.value === element.value && other.type === element.type,
    );
    const next = at < 0 ? element : { ...result[at], ...element };
    if (at < 0) result.push(next);
    else result[at] = next;
    touched.push(next);
  }
  return withOnePrimary(attribute, result, touched);
}

/** remove-listed-values: those elements that have everything one of the given values has. */
function without(elements: readonly JsonElement[], value: unknown): readonly JsonElement[] {
  const given = listOf(value).map(complexValueOf);
  if (!given.every(isObject)) throw new InvalidValue("the values to remove must be objects or strings");
  return elements.filter((element) => !given.some((one) => covers(element, one)));
}

function covers(element: JsonElement, given: Readonly<Record<string, unknown>>): boolean {
  const names = Object.keys(given).filter((name) => !isUnassigned(given[name]) && name !== "$ref");
  return names.length > 0 && names.every((name) => sameJson(element[name], given[name]));
}

interface Selection {
  readonly attribute: AttributeSpec;
  readonly filter: FilterNode;
  readonly sub: AttributeSpec | undefined;
}

function patchedMatches(
  elements: readonly JsonElement[],
  op: Operation["op"],
  selection: Selection,
  value: unknown,
): readonly JsonElement[] {
  const { attribute, filter, sub } = selection;
  const test = compileElementQuery(filter);
  if (sub !== undefined) {
    const next = op === "remove" ? undefined : coercion(sub)(value);
    if (next === undefined || elements.some(test)) return withSub(attribute, elements, test, sub, next);
    return upserted(selection, elements, { [sub.name]: next });
  }
  const empty = isUnassigned(value);
  if (op === "remove" || (op === "replace" && empty)) return elements.filter((element) => !test(element));
  if (empty) return elements;
  if (!elements.some(test)) return upserted(selection, elements, value);
  const touched: JsonElement[] = [];
  const result = elements.flatMap((element) => {
    if (!test(element)) return [element];
    // The labels the filter chose it by stay, so that a repetition finds the element again.
    const next = mergedComplex(attribute, op === "add" ? element : labelsIn(filter), value);
    if (next === undefined) return [];
    touched.push(next);
    return [next];
  });
  return withOnePrimary(attribute, result, touched);
}

function withSub(
  attribute: AttributeSpec,
  elements: readonly JsonElement[],
  test: (element: unknown) => boolean,
  sub: AttributeSpec,
  value: JsonValue | undefined,
): readonly JsonElement[] {
  const touched: JsonElement[] = [];
  const result = elements.map((element) => {
    if (!test(element)) return element;
    const next = { ...element };
    assign(next, sub.name, value);
    touched.push(next);
    return next;
  });
  return withOnePrimary(attribute, result, touched).filter((element) => saysSomething(attribute, element));
}

/** value-path-upsert. A filter on `value` names one existing thing, so without a match there is no target (RFC 7644 section 3.5.2.3). */
function upserted({ attribute, filter }: Selection, elements: readonly JsonElement[], value: unknown): readonly JsonElement[] {
  const labels = labelsIn(filter);
  if (labels === undefined || labels.value !== undefined)
    throw new NoTarget(`${attribute.fullName}: no element matches the filter of the path`);
  const element = mergedComplex(attribute, labels, value);
  return element === undefined ? elements : withOnePrimary(attribute, [...elements, element], [element]);
}

/** What a filter of nothing but equalities says of the element; undefined for any other filter. */
function labelsIn(filter: FilterNode): JsonElement | undefined {
  const leaves = filter.op === "and" ? filter.nodes : [filter];
  const labels: JsonElement = {};
  for (const leaf of leaves) {
    if (leaf.op !== "compare" || leaf.operator !== "eq" || leaf.attribute.element === undefined) return undefined;
    labels[leaf.attribute.element] = leaf.value;
  }
  return labels;
}

/** RFC 7644 section 3.5.2: a new primary takes the mark from the old one. */
function withOnePrimary(
  attribute: AttributeSpec,
  elements: readonly JsonElement[],
  touched: readonly JsonElement[],
): readonly JsonElement[] {
  refuseTwoPrimaries(attribute, touched);
  if (!touched.some((element) => element.primary === true)) return elements;
  return elements.map((element) => (element.primary === true && !touched.includes(element) ? { ...element, primary: false } : element));
}
