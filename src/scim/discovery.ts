import { type Request, type RequestHandler, Router } from "express";
import type { JsonObject } from "../core/entity.ts";
import { NotFoundPath } from "../http/errors.ts";
import { methodNotAllowed } from "../http/methods.ts";
import { listText } from "./answer/list-answer.ts";
import { send } from "./answer/send.ts";
import { NotFilterable } from "./errors.ts";
import { describeResourceTypes, describeSchemas } from "./schema/schemas.ts";
import { describeServiceProvider } from "./service-provider-config.ts";

/**
 * `/ServiceProviderConfig`, `/Schemas`, `/ResourceTypes` (RFC 7644 section 4). They do not change while the
 * process runs, so their texts are made once. Query parameters are ignored as that section says, but a filter
 * is refused.
 */
export function discoveryRoutes(baseUrl: string): Router {
  const routes = Router();
  const get = (path: string, handler: RequestHandler) =>
    routes.route(path).get(handler).all(methodNotAllowed("GET"));

  get("/ServiceProviderConfig", answer(JSON.stringify(describeServiceProvider(baseUrl))));
  for (const [path, documents] of [
    ["/Schemas", describeSchemas(baseUrl)],
    ["/ResourceTypes", describeResourceTypes(baseUrl)],
  ] as const) {
    get(path, answer(wholeList(documents)));
    const texts = new Map(
      documents.map((document) => [String(document.id).toLowerCase(), JSON.stringify(document)]),
    );
    get(`${path}/:id`, (req, res, next) => {
      const text = texts.get(String(req.params.id).toLowerCase());
      if (text === undefined) throw new NotFoundPath();
      return answer(text)(req, res, next);
    });
  }
  return routes;
}

function wholeList(documents: readonly JsonObject[]): string {
  const resources = documents.map((document) => JSON.stringify(document));
  // All resources are texts, so the list is a text.
  return listText({ total: resources.length, start: { kind: "index", startIndex: 1 }, resources }) as string;
}

function answer(text: string): RequestHandler {
  return (req, res) => {
    refuseFilter(req);
    return send(req, res, 200, text);
  };
}

function refuseFilter(req: Request): void {
  if (Object.keys(req.query).some((name) => name.toLowerCase() === "filter")) throw new NotFilterable();
}
