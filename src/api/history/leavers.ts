import { type Request, type Response, Router } from "express";
import type { Clock } from "../../core/clock.ts";
import type { EventLog } from "../../history/event-log.ts";
import { readLeavers } from "../../history/leavers.ts";
import { sendJson } from "../../http/answer.ts";
import { methodNotAllowed } from "../../http/methods.ts";
import type { Mount } from "../../http/mount.ts";
import { periodOf } from "../query-values.ts";

export interface LeaversOptions {
  readonly log: EventLog;
  /** Maximum time in minutes until a leaver should be removed. */
  readonly limitMinutes: number;
  readonly clock: Pick<Clock, "now">;
}

/** `/api/leavers`: people who left in a period, and whether each was removed from the target in time. */
export function leaversEndpoint({ log, limitMinutes, clock }: LeaversOptions): Mount {
  const router = Router();
  router
    .route("/")
    .get(async (req: Request, res: Response) => {
      const leavers = await readLeavers(log, periodOf(req), { limitMinutes, now: clock.now() });
      sendJson(res, 200, { limitMinutes, leavers });
    })
    .all(methodNotAllowed("GET"));
  return { path: "/api/leavers", access: ["history:read"], handler: router };
}
