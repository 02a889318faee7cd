import { Router } from "express";
import type { EventLog } from "../history/event-log.ts";
import type { Mount } from "../http/mount.ts";
import { timelineRoutes } from "./history/timeline.ts";

/** `/api/groups/{id}/…`: one group, as the history tells of it. */
export function groupsEndpoint({ log }: { readonly log: EventLog }): Mount {
  const router = Router();
  router.use(timelineRoutes(log, "group"));
  return { path: "/api/groups", access: ["history:read"], handler: router };
}
