import type { Request, RequestHandler, Response, Router } from "express";
import { readJsonBody } from "../http/body.ts";
import { methodNotAllowed } from "../http/methods.ts";
import { requestContext } from "../http/request-context.ts";
import { isKnownVersion, versionTag, writeCheck } from "./answer/etag.ts";
import { listText } from "./answer/list-answer.ts";
import { type Projection, readProjection } from "./answer/projection.ts";
import type { ResourceKind, Stored } from "./answer/resource-kind.ts";
import { SCIM_JSON, send } from "./answer/send.ts";
import { checkedBody } from "./json.ts";
import {
  type ListRequest,
  listQuery,
  readListRequest,
  readProjectionRequest,
  readSearchBody,
} from "./list-request.ts";

/**
 * Adds the routes of one resource type (RFC 7644 table 1) to the router of all types. A router for each type
 * would make every request slower.
 * - GET POST /Users: list, create. POST /Users/.search: list, with the parameters in the body
 * - GET PUT PATCH DELETE /Users/:id
 */
export function addResourceRoutes<T extends Stored>(routes: Router, kind: ResourceKind<T>): void {
  const { endpoint } = kind;
  routes
    .route(endpoint)
    .get(list(kind))
    .post(readJsonBody(), create(kind))
    .all(methodNotAllowed("GET", "POST"));
  routes.route(`${endpoint}/.search`).post(readJsonBody(), search(kind)).all(methodNotAllowed("POST"));
  routes
    .route(`${endpoint}/:id`)
    .get(read(kind))
    .put(readJsonBody(), replace(kind))
    .patch(readJsonBody(), patch(kind))
    .delete(remove(kind))
    .all(methodNotAllowed("GET", "PUT", "PATCH", "DELETE"));
}

function list<T extends Stored>(kind: ResourceKind<T>): RequestHandler {
  return (req, res) => answerList(req, res, kind, readListRequest(req.query));
}

function search<T extends Stored>(kind: ResourceKind<T>): RequestHandler {
  return (req, res) => answerList(req, res, kind, readSearchBody(checkedBody(req.body)));
}

async function answerList<T extends Stored>(
  req: Request,
  res: Response,
  kind: ResourceKind<T>,
  request: ListRequest,
): Promise<void> {
  const projection = readProjection(kind.schema, request);
  const { items, total, next } = await kind.list(requestContext(res), listQuery(kind.schema, request));
  const resources = items.map((item) => kind.render(item, projection));
  await send(req, res, 200, listText({ total, start: request.start, next, resources }));
}

function create<T extends Stored>(kind: ResourceKind<T>): RequestHandler {
  return async (req, res) => {
    const projection = projectionOf(req, kind);
    const made = await kind.create(requestContext(res), checkedBody(req.body));
    await sendResource(req, res, { status: 201, kind, projection }, made);
  };
}

function read<T extends Stored>(kind: ResourceKind<T>): RequestHandler<{ id: string }> {
  return async (req, res) => {
    const projection = projectionOf(req, kind);
    const found = await kind.get(requestContext(res), req.params.id);
    if (isKnownVersion(req.headers["if-none-match"], found.version)) {
      res.setHeader("ETag", versionTag(found.version));
      res.status(304).end();
    } else await sendResource(req, res, { status: 200, kind, projection }, found);
  };
}

function replace<T extends Stored>(kind: ResourceKind<T>): RequestHandler<{ id: string }> {
  return async (req, res) => {
    const projection = projectionOf(req, kind);
    const written = await kind.replace(
      requestContext(res),
      req.params.id,
      checkedBody(req.body),
      writeCheck(req.headers),
    );
    await sendResource(req, res, { status: 200, kind, projection }, written);
  };
}

function patch<T extends Stored>(kind: ResourceKind<T>): RequestHandler<{ id: string }> {
  return async (req, res) => {
    const asked = readProjectionRequest(req.query);
    const projection = readProjection(kind.schema, asked);
    const written = await kind.patch(
      requestContext(res),
      req.params.id,
      checkedBody(req.body),
      writeCheck(req.headers),
    );
    const { attributes, excludedAttributes } = asked;
    const isAsked = attributes !== undefined || excludedAttributes !== undefined;
    const answer = isAsked || !kind.answerOfPatch ? written : await kind.answerOfPatch(written);
    if (answer === undefined) {
      setIdentity(res, kind, written);
      // The answer has no body. A client of this type treats an answer without a Content-Type as a failure.
      res.setHeader("Content-Type", SCIM_JSON);
      res.status(204).end();
    } else await sendResource(req, res, { status: 200, kind, projection }, answer);
  };
}

function remove<T extends Stored>(kind: ResourceKind<T>): RequestHandler<{ id: string }> {
  return async (req, res) => {
    await kind.remove(requestContext(res), req.params.id, writeCheck(req.headers));
    res.status(204).end();
  };
}

/** Read before the write, so that a bad parameter changes nothing. */
const projectionOf = <T extends Stored>(
  req: Request<{ id: string }> | Request,
  kind: ResourceKind<T>,
): Projection => readProjection(kind.schema, readProjectionRequest(req.query));

interface Answer<T extends Stored> {
  readonly status: number;
  readonly kind: ResourceKind<T>;
  readonly projection: Projection;
}

function sendResource<T extends Stored>(
  req: Request<{ id: string }> | Request,
  res: Response,
  { status, kind, projection }: Answer<T>,
  resource: T,
): Promise<void> {
  setIdentity(res, kind, resource);
  return send(req, res, status, kind.render(resource, projection));
}

/**
 * Address and version of the resource in an answer. Some clients read the address from one header, some from
 * the other (RFC 7644 section 3.1, RFC 9110 section 8.7).
 */
function setIdentity<T extends Stored>(res: Response, kind: ResourceKind<T>, { id, version }: T): void {
  const location = kind.locationOf(id);
  res.setHeader("ETag", versionTag(version));
  res.setHeader("Location", location);
  res.setHeader("Content-Location", location);
}
