import { type Request, type Response, Router } from "express";
import type { EntityKind } from "../core/entity.ts";
import { sendJson } from "../http/answer.ts";
import { methodNotAllowed } from "../http/methods.ts";
import { requestContext } from "../http/request-context.ts";
import type { PlanDesk } from "../reconcile/compare/plan-desk.ts";
import { minutesFor, type PlannedAction } from "../reconcile/compare/whole-plan.ts";
import { SYNC_MODES } from "../reconcile/policy.ts";
import { choiceOf, countOf, InvalidParameter, textOf } from "./query-values.ts";

export interface PlanOptions {
  readonly plans: PlanDesk;
  readonly callsPerSecond: number;
}

const ACTIONS: readonly PlannedAction[] = ["create", "update", "remove", "suspend", "resume"];
const KINDS: readonly EntityKind[] = ["user", "department", "role"];
/** `next` of a page: the kind and id of its last item. */
const ITEM_KEY = /^[a-z]+:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The plan of everybody, as if the mode were another one. */
export function planRoutes({ plans, callsPerSecond }: PlanOptions): Router {
  const router = Router();
  router
    .route("/plan")
    .get(async (req: Request, res: Response) => {
      const mode = choiceOf(req, "mode", SYNC_MODES) ?? "sync";
      const action = choiceOf(req, "action", ACTIONS);
      const kind = choiceOf(req, "kind", KINDS);
      const after = textOf(req, "after");
      if (after !== undefined && !ITEM_KEY.test(after)) throw new InvalidParameter("after must be the `next` of another page");
      const { summary, items, next } = await plans.page(mode, {
        count: countOf(req),
        ...(action ? { action } : {}),
        ...(kind ? { kind } : {}),
        ...(after ? { after } : {}),
      });
      // Values of people are for those who may read the history, where they stand as well.
      const maySee = requestContext(res).scopes.includes("history:read");
      const shown = items.map((item) =>
        maySee ? item : { ...item, changes: Object.fromEntries(Object.keys(item.changes).map((name) => [name, {}])) },
      );
      sendJson(res, 200, {
        summary: { ...summary, minutes: minutesFor(summary, callsPerSecond) },
        items: shown,
        ...(next ? { next } : {}),
      });
    })
    .all(methodNotAllowed("GET"));
  return router;
}
