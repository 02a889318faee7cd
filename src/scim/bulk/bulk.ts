import { Router } from "express";
import type { JsonObject } from "../../core/entity.ts";
import type { Logger } from "../../core/logger.ts";
import { readJsonBody } from "../../http/body.ts";
import { methodNotAllowed } from "../../http/methods.ts";
import { requestContext } from "../../http/request-context.ts";
import { versionTag } from "../answer/etag.ts";
import type { ResourceKind } from "../answer/resource-kind.ts";
import { send } from "../answer/send.ts";
import { renderScimError } from "../errors.ts";
import { checkedBody } from "../json.ts";
import { type BulkResult, runBulkJob } from "./job.ts";
import { readBulkRequest } from "./request.ts";

const RESPONSE_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";

/** `POST /Bulk` (RFC 7644 section 3.7). Each operation is a transaction of its own, as the RFC says. */
export function bulkRoutes(kinds: readonly ResourceKind[], logger: Logger): Router {
  const routes = Router();
  routes
    .route("/Bulk")
    .post(readJsonBody(), async (req, res) => {
      const context = requestContext(res);
      const results = await runBulkJob(context, kinds, readBulkRequest(checkedBody(req.body)));
      const operations = results.map((result) =>
        rendered(result, (error) =>
          logger.error({ requestId: context.requestId, error }, "unexpected failure of a bulk operation"),
        ),
      );
      await send(req, res, 200, JSON.stringify({ schemas: [RESPONSE_SCHEMA], Operations: operations }));
    })
    .all(methodNotAllowed("POST"));
  return routes;
}

/**
 * `location` for every operation except a failed POST; `response` only for failures (RFC 7644 section 3.7.3).
 */
function rendered(
  { operation, resource, outcome }: BulkResult,
  report: (error: unknown) => void,
): JsonObject {
  const { method, bulkId } = operation;
  const named = { ...(method === undefined ? {} : { method }), ...(bulkId === undefined ? {} : { bulkId }) };
  const place =
    resource && outcome.id !== undefined
      ? { location: resource.locationOf(encodeURIComponent(outcome.id)) }
      : {};
  if (outcome.kind === "done") {
    const version = outcome.version === undefined ? {} : { version: versionTag(outcome.version) };
    return { ...named, ...version, ...place, status: String(outcome.status) };
  }
  const { status, body, unexpected } = renderScimError(outcome.error);
  if (unexpected) report(outcome.error);
  return { ...named, ...place, status: String(status), response: { ...body } };
}
