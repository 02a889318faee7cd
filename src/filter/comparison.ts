import { quotedName } from "../core/text/quoted-name.ts";
import type { CompareNode, CompareOperator, FilterNode, QueryAttribute, QueryType } from "./ast.ts";
import type { TableEntry } from "./attribute-table.ts";
import { type Cursor, FILTER_LIMITS, refused } from "./cursor.ts";
import { comparableInstantOf } from "./instants.ts";
import { readLiteral, readWord } from "./lexer.ts";

export function readComparison(cursor: Cursor, entry: TableEntry): FilterNode {
  cursor.terms += 1;
  if (cursor.terms > FILTER_LIMITS.terms) throw refused(`more than ${FILTER_LIMITS.terms} comparisons`);
  const operator = readWord(cursor, "an operator").toLowerCase();
  if (operator === "pr") return { op: "present", attribute: entry.attribute };
  if (!isCompareOperator(operator))
    throw refused(`${entry.attribute.name} is followed by an unknown operator${quotedName(operator)}`);
  const attribute = comparable(entry);
  const literal = readLiteral(cursor, TEXTS.has(attribute.type));
  if (literal === null) {
    const present: FilterNode = { op: "present", attribute };
    if (operator === "ne") return present;
    if (operator === "eq") return { op: "not", node: present };
    throw refused("null goes with eq and ne only");
  }
  return {
    op: "compare",
    operator,
    attribute,
    value: suited(attribute, operator, literal),
  } satisfies CompareNode;
}

/**
 * Of these types a value without quotes is text too: five of the requests in Microsoft's collection leave the
 * quotes out.
 */
const TEXTS: ReadonlySet<QueryType> = new Set<QueryType>(["string", "reference", "binary", "dateTime"]);

/** Comparing a complex attribute means its `value` (`manager eq "…"`, `emails co "…"`). */
function comparable(entry: TableEntry): QueryAttribute {
  if (entry.attribute.type !== "complex") return entry.attribute;
  const value = entry.sub?.find("value")?.attribute;
  if (value === undefined) throw refused(`${entry.attribute.name} is compared by its sub-attributes only`);
  return value;
}

const ORDER: readonly string[] = ["gt", "ge", "lt", "le"];
const OPERATORS: ReadonlySet<string> = new Set(["eq", "ne", "co", "sw", "ew", ...ORDER]);
const isCompareOperator = (word: string): word is CompareOperator => OPERATORS.has(word);

/** RFC 7644 table 3: which operators and literals a type allows. */
function suited(
  attribute: QueryAttribute,
  operator: CompareOperator,
  literal: string | number | boolean,
): string | number | boolean {
  const { name, type } = attribute;
  const equality = operator === "eq" || operator === "ne";
  const ordered = equality || ORDER.includes(operator);
  switch (type) {
    case "string":
    case "reference":
      if (typeof literal === "string") return literal;
      throw refused(`${name} is compared with a string`);
    case "binary":
      if (equality && typeof literal === "string") return literal;
      throw refused(`${name} is compared with eq or ne and a string`);
    case "boolean": {
      // Microsoft's flattened attribute names say `primary eq "True"`, with a string.
      const word = typeof literal === "string" ? literal.toLowerCase() : literal;
      const value = word === "true" ? true : word === "false" ? false : word;
      if (equality && typeof value === "boolean") return value;
      throw refused(`${name} is compared with eq or ne and true or false`);
    }
    case "integer":
    case "decimal":
      if (ordered && typeof literal === "number") return literal;
      throw refused(`${name} is compared with a number`);
    case "dateTime": {
      const instant = ordered && typeof literal === "string" ? comparableInstantOf(literal) : undefined;
      if (instant !== undefined) return new Date(instant).toISOString();
      throw refused(`${name} is compared with a date and time in quotes`);
    }
    default:
      throw refused(`${name} cannot be compared`);
  }
}
