import { type Request, type Response, Router } from "express";
import { isUuid } from "../../core/id.ts";
import type { EventLog } from "../../history/event-log.ts";
import { readTimeline } from "../../history/timeline.ts";
import { sendJson } from "../../http/answer.ts";
import { NotFoundPath } from "../../http/errors.ts";
import { methodNotAllowed } from "../../http/methods.ts";
import { afterOf, countOf } from "../query-values.ts";

/** `/{id}/timeline`: the steps of each change of a person or group, from the request to the answer of the target. */
export function timelineRoutes(log: EventLog, kind: "user" | "group"): Router {
  const router = Router();
  router
    .route("/:id/timeline")
    .get(async (req: Request<{ id: string }>, res: Response) => {
      const { id } = req.params;
      const after = afterOf(req, isUuid);
      const query = { kind, id, count: countOf(req), ...(after === undefined ? {} : { after }) };
      const timeline = isUuid(id) ? await readTimeline(log, query) : undefined;
      if (!timeline) throw new NotFoundPath();
      sendJson(res, 200, timeline);
    })
    .all(methodNotAllowed("GET"));
  return router;
}
