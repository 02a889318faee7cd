import type { JsonValue } from "../core/entity.ts";
import { unreachable } from "../core/errors.ts";
import { fold } from "../core/text/fold.ts";
import { type CompareNode, type FilterNode, isFalseByDefault, type QueryAttribute } from "./ast.ts";
import { instantOf } from "./instants.ts";

type Test = (value: unknown) => boolean;

/**
 * Evaluates a filter in memory, with the semantics of ast.ts. `resource` is the whole resource, with id,
 * meta, groups or members.
 */
export const matches = (node: FilterNode, resource: unknown): boolean => compileQuery(node)(resource);

/** The same, prepared once for many resources. */
export const compileQuery = (node: FilterNode): Test => compile(node, valuesInDocument);

/** For the filter inside a value path: the test of one element. */
export const compileElementQuery = (node: FilterNode): Test => compile(node, valuesInElement);

/**
 * Where a leaf finds its values: in the whole document, or in the one element a value path looks at.
 * `absent`: the value where there is none.
 */
type Values = (attribute: QueryAttribute, absent?: boolean) => (holder: unknown) => readonly unknown[];

function compile(node: FilterNode, values: Values): Test {
  switch (node.op) {
    case "and": {
      const tests = node.nodes.map((child) => compile(child, values));
      return (holder) => tests.every((test) => test(holder));
    }
    case "or": {
      const tests = node.nodes.map((child) => compile(child, values));
      return (holder) => tests.some((test) => test(holder));
    }
    case "not": {
      const test = compile(node.node, values);
      return (holder) => !test(holder);
    }
    case "present": {
      const read = values(node.attribute);
      return (holder) => read(holder).length > 0;
    }
    case "compare": {
      const read = values(node.attribute, isFalseByDefault(node.attribute) ? false : undefined);
      const test = comparison(node);
      if (node.operator !== "ne") return (holder) => read(holder).some(test);
      return (holder) => {
        const found = read(holder);
        return found.length === 0 || found.some(test);
      };
    }
    case "some": {
      const read = values(node.attribute);
      const test = compile(node.node, valuesInElement);
      return (holder) => read(holder).some(test);
    }
    default:
      return unreachable(node);
  }
}

const valuesInDocument: Values = (attribute, absent) => (document) => {
  let value: unknown = document;
  for (const key of attribute.path) value = own(value, key);
  if (!Array.isArray(value)) return hasValue(value) ? [value] : [];
  const { element } = attribute;
  return (element === undefined ? value : value.map((item) => own(item, element) ?? absent)).filter(hasValue);
};

const valuesInElement: Values = (attribute, absent) => {
  const key = attribute.element ?? attribute.path.at(-1) ?? attribute.name;
  return (element) => {
    const value = own(element, key) ?? absent;
    return hasValue(value) ? [value] : [];
  };
};

function own(holder: unknown, key: string): unknown {
  return typeof holder === "object" && holder !== null && Object.hasOwn(holder, key)
    ? (holder as Record<string, JsonValue>)[key]
    : undefined;
}

/** RFC 7644 table 3 on `pr`: has a non-empty value; for a complex attribute, a non-empty node. */
function hasValue(value: unknown): boolean {
  if (value === undefined || value === null || value === "") return false;
  if (Array.isArray(value)) return value.some(hasValue);
  return typeof value !== "object" || Object.values(value).some(hasValue);
}

function comparison(node: CompareNode): Test {
  const { attribute, operator } = node;
  const normal = normalForm(attribute);
  const wanted = normal(node.value);
  switch (operator) {
    case "eq":
      return (value) => normal(value) === wanted;
    case "ne":
      return (value) => normal(value) !== wanted;
    case "co":
      return (value) => String(normal(value)).includes(String(wanted));
    case "sw":
      return (value) => String(normal(value)).startsWith(String(wanted));
    case "ew":
      return (value) => String(normal(value)).endsWith(String(wanted));
    case "gt":
      return (value) => order(normal(value), wanted) > 0;
    case "ge":
      return (value) => order(normal(value), wanted) >= 0;
    case "lt":
      return (value) => order(normal(value), wanted) < 0;
    case "le":
      return (value) => order(normal(value), wanted) <= 0;
    default:
      return unreachable(operator);
  }
}

function normalForm(attribute: QueryAttribute): (value: unknown) => unknown {
  if (attribute.type === "dateTime")
    return (value) => (typeof value === "string" ? instantOf(value) : undefined);
  if (attribute.caseExact || (attribute.type !== "string" && attribute.type !== "reference"))
    return (value) => value;
  return (value) => (typeof value === "string" ? fold(value) : value);
}

/** NaN, which fulfils no comparison, when the two are not of one kind. */
function order(left: unknown, right: unknown): number {
  if (typeof left === "number" && typeof right === "number") return left - right;
  if (typeof left === "string" && typeof right === "string") return byCodePoint(left, right);
  return Number.NaN;
}

/**
 * As COLLATE "C" orders UTF-8. JavaScript's `<` goes by UTF-16 units, which puts astral characters before
 * U+E000.
 */
export function byCodePoint(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let at = 0; at < length; at += 1) {
    const a = left.charCodeAt(at);
    const b = right.charCodeAt(at);
    if (a !== b) return rank(a) - rank(b);
  }
  return left.length - right.length;
}

const rank = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);
