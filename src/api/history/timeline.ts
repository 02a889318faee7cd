import { type Request, type Response, Router } from "express";
import { isUuid } from "../../core/id.ts";
import type { EventLog } from "../../history/event-log.ts";
import { readTimeline } from "../../history/timeline.ts";
import { sendJson } from "../../http/answer.ts";
import { NotFoundPath } from "../../http/errors.ts";
import { methodNotAllowed } from "../../http/methods.ts";
import { afterOf, countOf } from "../query-values.ts";
import type { Meant } from "./at.ts";

/**
 * `/{id}/timeline`: the steps of each change of a person or group, from the request to the answer of the
 * target.
 */
export function timelineRoutes(
  log: EventLog,
  kind: "user" | "group",
  meant: Meant = async (id) => id,
): Router {
  const router = Router();
  router
    .route("/:id/timeline")
    .get(async (req: Request<{ id: string }>, res: Response) => {
      const id = isUuid(req.params.id) ? await meant(req.params.id) : req.params.id;
      const after = afterOf(req, isUuid);
      const query = { kind, id, count: countOf(req), ...(after === undefined ? {} : { after }) };
      const timeline = isUuid(id) ? await readTimeline(log, query) : undefined;
      if (!timeline) throw new NotFoundPath();
      sendJson(res, 200, timeline);
    })
    .all(methodNotAllowed("GET"));
  return router;
}
