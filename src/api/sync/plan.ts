import { type Request, type Response, Router } from "express";
import type { EntityKind } from "../../core/entity.ts";
import { sendJson } from "../../http/answer.ts";
import { methodNotAllowed } from "../../http/methods.ts";
import type { PlanDesk } from "../../reconcile/compare/plan-desk.ts";
import { minutesFor, type PlannedAction } from "../../reconcile/compare/whole-plan.ts";
import { SYNC_MODES } from "../../reconcile/policy.ts";
import { type PersonalReads, shownChanges } from "../personal-reads.ts";
import { afterOf, choiceOf, countOf, isItemKey } from "../query-values.ts";

export interface PlanOptions {
  readonly plans: PlanDesk;
  readonly callsPerSecond: number;
  readonly reads: PersonalReads;
}

const ACTIONS: readonly PlannedAction[] = ["create", "update", "remove", "suspend", "resume"];
const KINDS: readonly EntityKind[] = ["user", "department", "role"];

/** The plan of everybody in a chosen mode. */
export function planRoutes({ plans, callsPerSecond, reads }: PlanOptions): Router {
  const router = Router();
  router
    .route("/plan")
    .get(async (req: Request, res: Response) => {
      const mode = choiceOf(req, "mode", SYNC_MODES) ?? "sync";
      const action = choiceOf(req, "action", ACTIONS);
      const kind = choiceOf(req, "kind", KINDS);
      const after = afterOf(req, isItemKey);
      const { summary, advice, items, next } = await plans.page(mode, {
        count: countOf(req),
        ...(action ? { action } : {}),
        ...(kind ? { kind } : {}),
        ...(after ? { after } : {}),
      });
      const maySee = await reads.mayShow(
        res,
        "/api/sync/plan",
        items.map((item) => ({ of: item, changes: item.changes })),
      );
      const shown = items.map((item) => ({ ...item, changes: shownChanges(maySee, item.changes) }));
      sendJson(res, 200, {
        summary: { ...summary, minutes: minutesFor(summary, callsPerSecond) },
        advice,
        items: shown,
        ...(next ? { next } : {}),
      });
    })
    .all(methodNotAllowed("GET"));
  return router;
}
