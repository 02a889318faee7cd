import { type Request, type Response, Router } from "express";
import { flatTable, parseQuery } from "../filter/parse.ts";
import type { HistoryEvent } from "../history/event.ts";
import { EVENT_ATTRIBUTES, type EventLog } from "../history/event-log.ts";
import { sendJson } from "../http/answer.ts";
import { NotFoundPath } from "../http/errors.ts";
import { methodNotAllowed } from "../http/methods.ts";
import type { Mount } from "../http/mount.ts";
import { countOf, textOf } from "./query-values.ts";

const TABLE = flatTable(EVENT_ATTRIBUTES);

/** `/api/history`: what happened, newest first, and the story of one event. Read only. */
export function historyEndpoint(log: EventLog): Mount {
  const router = Router();

  router
    .route("/")
    .get(async (req: Request, res: Response) => {
      const filter = textOf(req, "filter");
      const after = textOf(req, "after");
      const page = await log.list({
        count: countOf(req),
        ...(filter === undefined ? {} : { filter: parseQuery(filter, TABLE) }),
        ...(after === undefined ? {} : { after }),
      });
      sendJson(res, 200, { events: page.events.map(renderEvent), ...(page.next ? { next: page.next } : {}) });
    })
    .all(methodNotAllowed("GET"));

  router
    .route("/:id")
    .get(async (req: Request<{ id: string }>, res: Response) => {
      const story = await log.story(req.params.id);
      if (!story) throw new NotFoundPath();
      const { event, causes, effects, truncated } = story;
      sendJson(res, 200, { ...renderEvent(event), causedBy: causes.map(renderEvent), effects: effects.map(renderEvent), truncated });
    })
    .all(methodNotAllowed("GET"));

  return { path: "/api/history", access: ["history:read"], handler: router };
}

/** Names as the filter knows them. */
function renderEvent({ sourceId, ...event }: HistoryEvent) {
  return { ...event, ...(sourceId ? { source: sourceId } : {}) };
}
