import { type Request, type Response, Router } from "express";
import { isCanonicalUuid } from "../../core/id.ts";
import { sendJson } from "../../http/answer.ts";
import { readJsonBody } from "../../http/body.ts";
import { NotFoundPath } from "../../http/errors.ts";
import { methodNotAllowed } from "../../http/methods.ts";
import { renderProblem } from "../../http/problem.ts";
import { requestIdOf, requireRight } from "../../http/request-context.ts";
import type { PutBackOperations, PutBackRequest } from "../../reconcile/guard/put-back.ts";
import { Conflict } from "../conflict.ts";
import { InvalidParameter } from "../query-values.ts";
import { fieldsOf, operatorOf } from "../requests.ts";

/** Maximum number of people in one request. A hold may have more. */
const MOST = 1_000;

/** `POST /api/sync/restore`: restores people whom the loop has removed. */
export function restoreRoutes({ removed }: { readonly removed: PutBackOperations }): Router {
  const router = Router();
  router
    .route("/restore")
    .post(requireRight("operate"), readJsonBody(), async (req: Request, res: Response) => {
      const answer = await removed.putBack(requestIn(req.body), operatorOf(res));
      if (!answer) throw new NotFoundPath();
      if (answer.restoring > 0) return sendJson(res, 200, answer);
      const { status, body, contentType } = renderProblem(
        new Conflict("none of these people can be restored"),
        requestIdOf(res),
      );
      return sendJson(res, status, { ...body, ...answer }, contentType);
    })
    .all(methodNotAllowed("POST"));
  return router;
}

function requestIn(body: unknown): PutBackRequest {
  const { ids, hold } = fieldsOf(body) ?? {};
  if (typeof hold === "string" && ids === undefined) return { hold };
  if (Array.isArray(ids) && hold === undefined && ids.length > 0 && ids.length <= MOST && ids.every(isId))
    return { ids };
  throw new InvalidParameter(
    `the body must be {"ids": [<id>, …]} with at most ${MOST} ids, or {"hold": "<id>"}`,
  );
}

const isId = (value: unknown): value is string => typeof value === "string" && isCanonicalUuid(value);
