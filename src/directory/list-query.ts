import type { FilterNode, QueryAttribute } from "../filter/ast.ts";

/**
 * Where a page begins: at a 1-based index (RFC 7644 section 3.4.2.4), or behind the last item of the page
 * before (RFC 9865).
 */
export type PageStart =
  | { readonly kind: "index"; readonly startIndex: number }
  | { readonly kind: "after"; readonly position: string | undefined };

/**
 * One page of a list, in an order that is stable and total: the sort attribute if any, then the id (creation
 * order).
 */
export interface ListQuery {
  readonly filter?: FilterNode;
  readonly sort?: { readonly attribute: QueryAttribute; readonly descending: boolean };
  readonly start: PageStart;
  /** Items wanted; 0 asks for the total alone. */
  readonly count: number;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Exact number of matches at the time of the answer. */
  readonly total: number;
  /** Opaque position of the last item, when more follow and the page was asked for by position. */
  readonly next?: string;
}
