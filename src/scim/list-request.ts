import { quotedName } from "../core/text/quoted-name.ts";
import type { ListQuery, PageStart } from "../directory/list-query.ts";
import type { AttributeTable } from "../filter/attribute-table.ts";
import { parseQuery } from "../filter/parse.ts";
import type { ProjectionRequest } from "./answer/projection.ts";
import { InvalidCount, InvalidValue } from "./errors.ts";
import { filterTable, parseSortBy } from "./filter.ts";
import type { Body } from "./json.ts";
import type { ResourceSchema } from "./schema/attributes.ts";
import { checkMessage } from "./schema/claimed-schemas.ts";

/*
 * The parameters of a list (RFC 7644 section 3.4.2, RFC 9865), from a query string or the body of a search.
 * Both use the same names.
 * - readListRequest(parameters) → ListRequest
 * - readSearchBody(body) → ListRequest
 * - listQuery(schema, request) → ListQuery
 */

export const PAGE_SIZE = { usual: 100, most: 200 } as const;

export interface ListRequest extends ProjectionRequest {
  readonly filter?: string;
  readonly sortBy?: string;
  readonly descending: boolean;
  readonly start: PageStart;
  readonly count: number;
}

/**
 * `given`: parameters with names in any letter case. Rejects with InvalidValue or InvalidCount. A
 * `startIndex` below 1 is 1, a negative `count` is 0, and a too large `count` is the largest page (RFC 7644
 * section 3.4.2.4).
 */
export function readListRequest(given: Body): ListRequest {
  const parameters = named(given);
  const filter = textOf(parameters, "filter");
  const sortBy = textOf(parameters, "sortBy");
  const cursor = textOf(parameters, "cursor");
  const startIndex = integerOf(parameters, "startIndex");
  // RFC 9865 has its own error type for an invalid count.
  const count =
    integerOf(parameters, "count", cursor === undefined ? InvalidValue : InvalidCount) ?? PAGE_SIZE.usual;
  if (cursor !== undefined && startIndex !== undefined)
    throw new InvalidValue("cursor and startIndex exclude each other");
  return {
    ...(filter === undefined ? {} : { filter }),
    ...(sortBy === undefined ? {} : { sortBy }),
    descending: isDescending(textOf(parameters, "sortOrder")),
    start:
      cursor === undefined
        ? { kind: "index", startIndex: Math.max(1, startIndex ?? 1) }
        : { kind: "after", position: cursor === "" ? undefined : cursor },
    count: Math.min(Math.max(0, count), PAGE_SIZE.most),
    ...readProjectionRequest(parameters),
  };
}

const NAMES: ReadonlyMap<string, string> = new Map(
  ["filter", "sortBy", "sortOrder", "startIndex", "count", "cursor", "attributes", "excludedAttributes"].map(
    (name) => [name.toLowerCase(), name],
  ),
);

/**
 * The known parameters under their names. A client that writes `Filter` must not get everybody. The answer to
 * a parameter in two spellings is a refusal, because nobody knows which one is meant.
 */
function named(given: Body): Body {
  const found: Record<string, unknown> = {};
  for (const spelling of Object.keys(given)) {
    const name = NAMES.get(spelling.toLowerCase());
    if (name === undefined) continue;
    if (Object.hasOwn(found, name)) throw new InvalidValue(`${name} must be given once`);
    found[name] = given[spelling];
  }
  return found;
}

/** The body of a POST to `.search` (RFC 7644 section 3.4.3). */
export function readSearchBody(body: Body): ListRequest {
  checkMessage(body, "SearchRequest");
  return readListRequest(body);
}

export function readProjectionRequest(given: Body): ProjectionRequest {
  const parameters = named(given);
  return {
    attributes: namesOf(parameters, "attributes"),
    excludedAttributes: namesOf(parameters, "excludedAttributes"),
  };
}

/**
 * `table`: the names of the filter, if there are more than those of the schema. Rejects with InvalidFilter or
 * InvalidValue.
 */
export function listQuery(
  schema: ResourceSchema,
  request: ListRequest,
  table: AttributeTable = filterTable(schema),
): ListQuery {
  const { filter, sortBy, descending, start, count } = request;
  const attribute = sortBy === undefined ? undefined : parseSortBy(schema, sortBy);
  if (sortBy !== undefined && attribute === undefined)
    throw new InvalidValue(
      `sortBy must name an attribute that can be compared${sortBy && `; there is none${quotedName(sortBy)}`}`,
    );
  return {
    ...(filter === undefined ? {} : { filter: parseQuery(filter, table) }),
    ...(attribute === undefined ? {} : { sort: { attribute, descending } }),
    start,
    count,
  };
}

function isDescending(order: string | undefined): boolean {
  const word = order?.toLowerCase();
  if (word !== undefined && word !== "ascending" && word !== "descending")
    throw new InvalidValue("sortOrder must be ascending or descending");
  return word === "descending";
}

function textOf(parameters: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = parameters[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string") throw new InvalidValue(`${name} must be given once, as a string`);
  return value;
}

const INTEGER = /^[+-]?\d{1,15}$/;

function integerOf(
  parameters: Readonly<Record<string, unknown>>,
  name: string,
  Refusal: typeof InvalidValue | typeof InvalidCount = InvalidValue,
): number | undefined {
  const value = parameters[name];
  if (value === undefined || value === null) return undefined;
  const number = typeof value === "string" && INTEGER.test(value) ? Number(value) : value;
  if (typeof number !== "number" || !Number.isSafeInteger(number))
    throw new Refusal(`${name} must be given once, as a whole number`);
  return number;
}

function namesOf(
  parameters: Readonly<Record<string, unknown>>,
  name: string,
): string | readonly string[] | undefined {
  const value = parameters[name];
  if (value === undefined || value === null || typeof value === "string") return value ?? undefined;
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
  throw new InvalidValue(`${name} must be a list of attribute names`);
}
