import { quotedName } from "../core/text/quoted-name.ts";
import type { FilterNode } from "./ast.ts";
import type { AttributeTable, TableEntry } from "./attribute-table.ts";
import { readComparison } from "./comparison.ts";
import { type Cursor, refused, startCursor } from "./cursor.ts";
import { close, isAtEnd, open, readWord, skipBlanks, take, takeKeyword } from "./lexer.ts";

/*
 * The filter grammar of RFC 7644 section 3.4.2.2 over any table of attributes, and the paths of PATCH
 * (section 3.5.2), which share it. One pass from left to right, no backtracking, nothing expanded: time is
 * linear in the text, and the text is bounded.
 */

/**
 * Rejects with InvalidFilter: malformed, beyond FILTER_LIMITS, an unknown attribute, or an operator or
 * literal that does not suit its type.
 */
export function parseQuery(text: string, table: AttributeTable): FilterNode {
  const cursor = startCursor(text);
  const node = readOr(cursor, table);
  if (!isAtEnd(cursor)) throw refused("unexpected text after the end");
  return node;
}

/**
 * A path of PATCH: an attribute, perhaps the filter that selects its elements, perhaps a sub-attribute of
 * those.
 */
export interface ParsedPath {
  readonly name: string;
  readonly filter?: FilterNode;
  readonly sub?: string;
}

/**
 * Reads `name`, `name[filter]` or `name[filter].sub`. `table` finds the sub-attributes of the bracket.
 * Rejects with InvalidFilter.
 */
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

/**
 * `emails[type eq "work"]`, and the form Entra ID uses for matching: `emails[type eq "work"].value eq "…"`.
 */
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
