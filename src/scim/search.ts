import { type Request, type Response, Router } from "express";
import type { RequestContext } from "../directory/context.ts";
import { InvalidCursor } from "../directory/errors.ts";
import type { ListQuery, PageStart } from "../directory/list-query.ts";
import type { AttributeTable, TableEntry } from "../filter/attribute-table.ts";
import { readJsonBody } from "../http/body.ts";
import { methodNotAllowed } from "../http/methods.ts";
import { requestContext } from "../http/request-context.ts";
import { listText } from "./answer/list-answer.ts";
import { readProjection } from "./answer/projection.ts";
import type { ResourceKind, Text } from "./answer/resource-kind.ts";
import { send } from "./answer/send.ts";
import { InvalidValue } from "./errors.ts";
import { filterTable } from "./filter.ts";
import { checkedBody } from "./json.ts";
import { type ListRequest, listQuery, readListRequest, readSearchBody } from "./list-request.ts";
import type { ResourceSchema } from "./schema/attributes.ts";

/*
 * Queries over all resource types (RFC 7644 sections 3.4.2.1 and 3.4.3): GET / and POST /.search. The types
 * follow each other, each in order of creation, so pages are stable and totals exact. There is no common
 * order, so `sortBy` is refused.
 */

export function searchRoutes(kinds: readonly ResourceKind[]): Router {
  const routes = Router();
  routes
    .route("/")
    .get((req, res) => answerSearch(req, res, kinds, readListRequest(req.query)))
    .all(methodNotAllowed("GET"));
  routes
    .route("/.search")
    .post(readJsonBody(), (req, res) => answerSearch(req, res, kinds, readSearchBody(checkedBody(req.body))))
    .all(methodNotAllowed("POST"));
  return routes;
}

async function answerSearch(
  req: Request,
  res: Response,
  kinds: readonly ResourceKind[],
  request: ListRequest,
): Promise<void> {
  if (request.sortBy !== undefined)
    throw new InvalidValue("sortBy: resources of several types have no common order; ask for one type");
  const found = await searchAll(requestContext(res), kinds, request);
  await send(req, res, 200, listText({ ...found, start: request.start }));
}

interface Found {
  readonly total: number;
  readonly next?: string | undefined;
  readonly resources: readonly Text[];
}

/** Queries the types one after the other until the page is full. For further types only the total is read. */
async function searchAll(
  context: RequestContext,
  kinds: readonly ResourceKind[],
  request: ListRequest,
): Promise<Found> {
  const resources: Text[] = [];
  let total = 0;
  let next: string | undefined;
  const from = request.start.kind === "after" ? readPlace(request.start.position, kinds.length) : undefined;
  for (const [at, kind] of kinds.entries()) {
    const wanted = next !== undefined || (from && at < from.kind) ? 0 : request.count - resources.length;
    const page = await kind.list(context, {
      ...queryOf(kind, kinds, request),
      start: startOf(request.start, { at, from, before: total }),
      count: wanted,
    });
    const projection = readProjection(kind.schema, request);
    resources.push(...page.items.map((item) => kind.render(item, projection)));
    total += page.total;
    if (page.next !== undefined) next = `${at}.${page.next}`;
    else if (from && wanted > 0 && resources.length === request.count && at + 1 < kinds.length)
      next = `${at + 1}.`;
  }
  return { total, next, resources };
}

interface Place {
  readonly kind: number;
  readonly position: string | undefined;
}

/** A cursor across types: number of the type, a dot, and a cursor of that type's list (empty: its start). */
function readPlace(cursor: string | undefined, kinds: number): Place {
  if (cursor === undefined) return { kind: 0, position: undefined };
  const [, kind = "", position = ""] = /^(\d)\.(.*)$/.exec(cursor) ?? [];
  if (kind === "" || Number(kind) >= kinds) throw new InvalidCursor("the cursor is not one of this list");
  return { kind: Number(kind), position: position === "" ? undefined : position };
}

function startOf(
  start: PageStart,
  { at, from, before }: { at: number; from: Place | undefined; before: number },
): PageStart {
  if (start.kind === "index") return { kind: "index", startIndex: Math.max(1, start.startIndex - before) };
  return { kind: "after", position: at === from?.kind ? from.position : undefined };
}

function queryOf(kind: ResourceKind, kinds: readonly ResourceKind[], request: ListRequest): ListQuery {
  const others = kinds.filter((other) => other !== kind).map((other) => other.schema);
  return listQuery(kind.schema, request, tableAcross(kind.schema, others));
}

/**
 * Attributes of other types have no value here (RFC 7644 section 3.4.2.1), so the search in the document
 * finds nothing.
 */
function tableAcross(own: ResourceSchema, others: readonly ResourceSchema[]): AttributeTable {
  return {
    find(name) {
      const entry = filterTable(own).find(name);
      if (entry !== undefined) return entry;
      for (const other of others) {
        const foreign = filterTable(other).find(name);
        if (foreign !== undefined) return absent(foreign);
      }
      return undefined;
    },
  };
}

function absent(entry: TableEntry): TableEntry {
  const { key: _column, address: _made, ...attribute } = entry.attribute;
  const { sub } = entry;
  if (sub === undefined) return { ...entry, attribute };
  const find = (name: string) => {
    const found = sub.find(name);
    return found && absent(found);
  };
  return { ...entry, attribute, sub: { find } };
}
