import type { JsonValue } from "../../core/entity.ts";
import { unreachable } from "../../core/errors.ts";
import type { FilterNode } from "../../filter/ast.ts";
import { compileElementQuery } from "../../filter/evaluate.ts";
import { isUnassigned, soleValueOf } from "../dialect-values.ts";
import { InvalidValue, NoTarget } from "../errors.ts";
import { decisive, sameValue, thingOf } from "../resource/list-elements.ts";
import {
  assign,
  coercion,
  hasContent,
  type JsonElement,
  mergedComplex,
  refuseTooManyElements,
} from "../resource/values.ts";
import type { AttributeSpec } from "../schema/attributes.ts";
import type { Operation } from "./operation.ts";
import type { PathTarget } from "./path.ts";

type AttributeTarget = PathTarget & { readonly kind: "attribute" };

/**
 * The new value of one attribute. Undefined: unassigned. Does not change `present`. patch.ts has the table.
 * Elements that have only labels are kept, because a later operation may set their value. The end of the
 * request removes those without one.
 */
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
    return hasContent(attribute, holder) ? holder : undefined;
  }
  if (op === "remove") return undefined;
  return attribute.type === "complex"
    ? mergedComplex(attribute, present as JsonElement | undefined, value)
    : coercion(attribute)(value);
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
    // An attribute that does not exist is added (RFC 7644 section 3.5.2.3).
    return [{ [sub.name]: next }];
  }
  switch (op) {
    case "add":
      return added(attribute, elements, (coercion(attribute)(value) ?? []) as readonly JsonElement[]);
    case "replace":
      return (coercion(attribute)(value) ?? []) as readonly JsonElement[];
    case "remove":
      return isUnassigned(value)
        ? []
        : without(attribute, elements, (coercion(attribute)(value) ?? []) as readonly JsonElement[]);
    default:
      return unreachable(op);
  }
}

/**
 * RFC 7644 section 3.5.2.1: an existing value is not added again. Elements with the same value and type are
 * equal, and their labels are updated.
 */
function added(
  attribute: AttributeSpec,
  elements: readonly JsonElement[],
  more: readonly JsonElement[],
): readonly JsonElement[] {
  const result = [...elements];
  const places = new Map(elements.map((element, at) => [thingOf(attribute, element), at]));
  const touched: JsonElement[] = [];
  for (const element of more) {
    const thing = thingOf(attribute, element);
    const at = places.get(thing);
    const next = at === undefined ? element : { ...result[at], ...element };
    if (at === undefined) places.set(thing, result.push(next) - 1);
    else result[at] = next;
    touched.push(next);
  }
  return withOnePrimary(attribute, result, touched);
}

/** remove-listed-values: compares value and type, with the letter-case rule of the attribute. */
function without(
  attribute: AttributeSpec,
  elements: readonly JsonElement[],
  given: readonly JsonElement[],
): readonly JsonElement[] {
  const selections = given.map((one) => {
    const subs = decisive(attribute, one);
    if (subs.length === 0)
      throw new InvalidValue(`${attribute.fullName}: each value to remove needs its sub-attribute value`);
    return (element: JsonElement) => subs.every((sub) => sameValue(sub, element[sub.name], one[sub.name]));
  });
  return elements.filter((element) => !selections.some((selects) => selects(element)));
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
  // value-in-list.
  const given = soleValueOf(value);
  const empty = isUnassigned(given);
  if (op === "remove" || (op === "replace" && empty)) return elements.filter((element) => !test(element));
  if (empty) return elements;
  if (!elements.some(test)) return upserted(selection, elements, given);
  const touched: JsonElement[] = [];
  const result = elements.flatMap((element) => {
    if (!test(element)) return [element];
    // The labels of the filter stay, so that a repeated request finds the element again.
    const next = mergedComplex(attribute, op === "add" ? element : labelsIn(filter), given);
    if (next === undefined) return [];
    touched.push(next);
    return [next];
  });
  return withOnePrimary(attribute, result, touched);
}

/** An element whose value is removed is removed too. */
function withSub(
  attribute: AttributeSpec,
  elements: readonly JsonElement[],
  test: (element: unknown) => boolean,
  sub: AttributeSpec,
  value: JsonValue | undefined,
): readonly JsonElement[] {
  const touched: JsonElement[] = [];
  const result = elements.flatMap((element) => {
    if (!test(element)) return [element];
    const next = { ...element };
    assign(next, sub.name, value);
    if (value === undefined && !hasContent(attribute, next)) return [];
    touched.push(next);
    return [next];
  });
  return withOnePrimary(attribute, result, touched);
}

/**
 * value-path-upsert. A filter on `value` names one existing element, so without a match there is no target
 * (RFC 7644 section 3.5.2.3).
 */
function upserted(
  { attribute, filter }: Selection,
  elements: readonly JsonElement[],
  value: unknown,
): readonly JsonElement[] {
  const labels = labelsIn(filter);
  if (labels === undefined || labels.value !== undefined)
    throw new NoTarget(`${attribute.fullName}: no element matches the filter of the path`);
  const element = mergedComplex(attribute, labels, value);
  return element === undefined ? elements : withOnePrimary(attribute, [...elements, element], [element]);
}

/** The labels that a filter of only equalities requires. Undefined for all other filters. */
function labelsIn(filter: FilterNode): JsonElement | undefined {
  const leaves = filter.op === "and" ? filter.nodes : [filter];
  const labels: JsonElement = {};
  for (const leaf of leaves) {
    if (leaf.op !== "compare" || leaf.operator !== "eq" || leaf.attribute.element === undefined)
      return undefined;
    labels[leaf.attribute.element] = leaf.value;
  }
  return labels;
}

/** RFC 7644 section 3.5.2: a new primary element replaces the old one as soon as it has a value. */
function withOnePrimary(
  attribute: AttributeSpec,
  elements: readonly JsonElement[],
  touched: readonly JsonElement[],
): readonly JsonElement[] {
  if (!touched.some((element) => element.primary === true && hasContent(attribute, element))) return elements;
  return elements.map((element) =>
    element.primary === true && !touched.includes(element) ? { ...element, primary: false } : element,
  );
}
