/*
 * The storage-neutral form of a filter. A grammar makes it (parse.ts), `matches` answers it in memory
 * (evaluate.ts), the store compiles it to SQL; all three must agree on the meaning below.
 *
 * An attribute has the list of values present at its path (an array gives one per element that has the value,
 * everything else at most one).
 *   present   the list is not empty
 *   eq … le   some value of the list fulfils the comparison
 *   ne        some value differs, or the list is empty: no value is certainly not this value (RFC 7643 section 2.5 equates it with null)
 *   some      some element of the array fulfils the whole inner filter, whose attributes are looked up in that element alone
 * Comparisons see the `primary` of an element that has none as false (RFC 7643 section 2.4); `present` does
 * not see it. Strings whose attribute is not caseExact are compared in folded form (core/text/fold.ts), order
 * of strings is by code point (COLLATE "C"), dateTime by instant. Comparisons with null are already
 * rewritten: `eq null` is `not present`, `ne null` is `present`.
 */

export type QueryType =
  | "string"
  | "boolean"
  | "integer"
  | "decimal"
  | "dateTime"
  | "binary"
  | "reference"
  | "complex";

/**
 * What the directory itself knows an attribute as; it has a column or a table for it. Everything else is
 * found in the document.
 */
export type QueryKey =
  | "id"
  | "externalId"
  | "userName"
  | "displayName"
  | "active"
  | "employeeNumber"
  | "manager"
  | "email"
  | "created"
  | "lastModified"
  | "version"
  | "member"
  | "group";

export interface QueryAttribute {
  /**
   * As it is written in a filter, in the schema's spelling: `emails.value`, `urn:…:2.0:User:manager.value`.
   * Unique within its table.
   */
  readonly name: string;
  /** Keys from the top of the document to the value or, if multi-valued, to the array. */
  readonly path: readonly string[];
  /**
   * The key within each element of the array; absent when the elements are the values, and for a whole
   * complex attribute.
   */
  readonly element?: string;
  readonly multiValued: boolean;
  readonly type: QueryType;
  readonly caseExact: boolean;
  readonly key?: QueryKey;
  /**
   * Of an address, which is not kept but made for each answer: what comes before the id of what it leads to,
   * by the type of that.
   */
  readonly address?: AddressPrefixes;
}

export type AddressPrefixes = Readonly<Record<"User" | "Group", string>>;

export type CompareOperator = "eq" | "ne" | "co" | "sw" | "ew" | "gt" | "ge" | "lt" | "le";

export type FilterNode =
  | { readonly op: "and" | "or"; readonly nodes: readonly FilterNode[] }
  | { readonly op: "not"; readonly node: FilterNode }
  | { readonly op: "present"; readonly attribute: QueryAttribute }
  | CompareNode
  /**
   * `attribute` is a multi-valued complex attribute; the leaves of `node` are its sub-attributes, one level
   * deep.
   */
  | { readonly op: "some"; readonly attribute: QueryAttribute; readonly node: FilterNode };

/** `value` has the attribute's type: a dateTime is an ISO 8601 string in UTC with milliseconds. */
export interface CompareNode {
  readonly op: "compare";
  readonly operator: CompareOperator;
  readonly attribute: QueryAttribute;
  readonly value: string | number | boolean;
}

/** Whether a comparison sees false where an element has no value (RFC 7643 section 2.4). */
export const isFalseByDefault = ({ element, type }: QueryAttribute): boolean =>
  element === "primary" && type === "boolean";
