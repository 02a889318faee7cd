import { quotedName } from "../core/text/quoted-name.ts";
import type { CompareNode, CompareOperator, FilterNode, QueryAttribute, QueryType } from "./ast.ts";
import { comparableInstantOf } from "./instants.ts";
import {
  type Cursor,
  close,
  FILTER_LIMITS,
  isAtEnd,
  open,
  readLiteral,
  readWord,
  refused,
  skipBlanks,
  startCursor,
  take,
  takeKeyword,
} from "./lexer.ts";

/*
 * The filter grammar of RFC 7644 section 3.4.2.2 over any table of attributes, and the paths of PATCH (section 3.5.2), which share it.
 * One pass from left to right, no backtracking, nothing expanded: time is linear in the text, and the text is bounded.
 */

/** Says what a name in a filter means. Names arrive exactly as written; the table decides about letter case and prefixes. */
export interface AttributeTable {
  find(name: string): TableEntry | undefined;
}

export interface TableEntry {
  readonly attribute: QueryAttribute;
  /** Sub-attributes of a complex attribute; `value` is what a comparison with the attribute itself means. */
  readonly sub?: AttributeTable;
  /** False for what must never be compared (a password). */
  readonly filterable: boolean;
}

/** A table of plain attributes without sub-attributes, found without regard to letter case: what a search other than SCIM's needs. */
export function flatTable(attributes: readonly QueryAttribute[]): AttributeTable {
  const entries = new Map(
    attributes.map((attribute): [string, TableEntry] => [attribute.name.toLowerCase(), { attribute, filterable: true }]),
  );
  return { find: (name) => entries.get(name.toLowerCase()) };
}

/** Rejects with InvalidFilter: malformed, beyond FILTER_LIMITS, an unknown attribute, or an operator or literal that does not suit its type. */
export function parseQuery(text: string, table: AttributeTable): FilterNode {
  const cursor = startCursor(text);
  const node = readOr(cursor, table);
  if (!isAtEnd(cursor)) throw refused("unexpected text after the end");
  return node;
}

/** A path of PATCH: an attribute, perhaps the filter that selects its elements, perhaps a sub-attribute of those. */
export interface ParsedPath {
  readonly name: string;
  readonly filter?: FilterNode;
  readonly sub?: string;
}

/** Reads `name`, `name[filter]` or `name[filter].sub`. `table` finds the sub-attributes of the bracket. Rejects with InvalidFilter. */
export function parsePathText(text: string, table: AttributeTable): ParsedPath {
  const cursor = startCursor(text);
  const name = readWord(cursor, "an attribute name");
  if (text[cursor.at] !== "[") {
    if (!isAtEnd(cursor)) throw refused("unexpected text after the attribute");
    return { name };
  }
  const filter = readBracket(cursor, elementTable(table.find(name)));
  const sub = take(cursor, ".") ? readWord(cursor, "a sub-attribute name") : undefined;
  if (!isAtEnd(cursor)) throw refused("unexpected text after the path");
  return { name, filter, ...(sub === undefined ? {} : { sub }) };
}

function readOr(cursor: Cursor, table: AttributeTable): FilterNode {
  const nodes = [readAnd(cursor, table)];
  while (takeKeyword(cursor, "or")) nodes.push(readAnd(cursor, table));
  return nodes.length === 1 ? nodes[0]! : { op: "or", nodes };
}

function readAnd(cursor: Cursor, table: AttributeTable): FilterNode {
  const nodes = [readTerm(cursor, table)];
  while (takeKeyword(cursor, "and")) nodes.push(readTerm(cursor, table));
  return nodes.length === 1 ? nodes[0]! : { op: "and", nodes };
}

function readTerm(cursor: Cursor, table: AttributeTable): FilterNode {
  skipBlanks(cursor);
  if (cursor.text[cursor.at] === "(") return readGroup(cursor, table);
  const name = readWord(cursor, "an attribute name");
  if (name.length === 3 && name.toLowerCase() === "not") {
    skipBlanks(cursor);
    if (cursor.text[cursor.at] !== "(") throw refused("a parenthesis must follow not");
    return { op: "not", node: readGroup(cursor, table) };
  }
  const entry = table.find(name);
  if (entry === undefined) throw refused(`unknown attribute${quotedName(name)}`);
  if (!entry.filterable) throw refused(`${entry.attribute.name} cannot be used in a filter`);
  if (cursor.text[cursor.at] === "[") return readValuePath(cursor, entry);
  return readComparison(cursor, entry);
}

function readGroup(cursor: Cursor, table: AttributeTable): FilterNode {
  open(cursor);
  const node = readOr(cursor, table);
  close(cursor, ")");
  return node;
}

/** `emails[type eq "work"]`, and the form Entra ID uses for matching: `emails[type eq "work"].value eq "…"`. */
function readValuePath(cursor: Cursor, entry: TableEntry): FilterNode {
  const inner = elementTable(entry);
  const selected = readBracket(cursor, inner);
  let node = selected;
  if (take(cursor, ".")) {
    const name = readWord(cursor, "a sub-attribute name");
    const sub = inner.find(name);
    if (sub === undefined) throw refused(`${entry.attribute.name} has no sub-attribute${quotedName(name)}`);
    node = { op: "and", nodes: [selected, readComparison(cursor, sub)] };
  }
  if (entry.attribute.multiValued) return { op: "some", attribute: entry.attribute, node };
  return { op: "and", nodes: [{ op: "present", attribute: entry.attribute }, node] };
}

function elementTable(entry: TableEntry | undefined): AttributeTable {
  if (entry?.sub === undefined) throw refused("brackets need a complex attribute before them");
  return entry.sub;
}

function readBracket(cursor: Cursor, inner: AttributeTable): FilterNode {
  open(cursor);
  const node = readOr(cursor, inner);
  close(cursor, "]");
  return node;
}

function readComparison(cursor: Cursor, entry: TableEntry): FilterNode {
  cursor.terms += 1;
  if (cursor.terms > FILTER_LIMITS.terms) throw refused(`more than ${FILTER_LIMITS.terms} comparisons`);
  const operator = readWord(cursor, "an operator").toLowerCase();
  if (operator === "pr") return { op: "present", attribute: entry.attribute };
  if (!isCompareOperator(operator)) throw refused(`${entry.attribute.name} is followed by an unknown operator${quotedName(operator)}`);
  const attribute = comparable(entry);
  const literal = readLiteral(cursor, TEXTS.has(attribute.type));
  if (literal === null) {
    const present: FilterNode = { op: "present", attribute };
    if (operator === "ne") return present;
    if (operator === "eq") return { op: "not", node: present };
    throw refused("null goes with eq and ne only");
  }
  return { op: "compare", operator, attribute, value: suited(attribute, operator, literal) } satisfies CompareNode;
}

/** Of these types a value without quotes is text too: five of the requests in Microsoft's collection leave the quotes out. */
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
function suited(attribute: QueryAttribute, operator: CompareOperator, literal: string | number | boolean): string | number | boolean {
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
