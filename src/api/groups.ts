import { Router } from "express";
import { methodNotAllowed } from "../http/methods.ts";
import type { Mount } from "../http/mount.ts";
import { entityAt, type PastOptions } from "./history/at.ts";
import { timelineRoutes } from "./history/timeline.ts";

/** `/api/groups/{id}`: one group by its history. */
export function groupsEndpoint(options: PastOptions): Mount {
  const router = Router();
  router.use(timelineRoutes(options.log, "group"));
  router.route("/:id").get(entityAt(options, "group")).all(methodNotAllowed("GET"));
  return { path: "/api/groups", access: ["history:read"], handler: router };
}
