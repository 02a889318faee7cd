import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Request, type Response, Router } from "express";
import type { EntityKind } from "../../core/entity.ts";
import { sendJson } from "../../http/answer.ts";
import { methodNotAllowed } from "../../http/methods.ts";
import type { KeptPlans, PlanPage } from "../../reconcile/compare/kept-plans.ts";
import { minutesFor, type PlannedAction } from "../../reconcile/compare/plan-items.ts";
import { SYNC_MODES } from "../../reconcile/policy.ts";
import { type PersonalReads, shownChanges } from "../personal-reads.ts";
import { afterOf, choiceOf, countOf, isItemKey } from "../query-values.ts";
import {
  CONTENT_TYPES,
  PLAN_FORMATS,
  type PlanFormat,
  type PlanPages,
  planAsCsv,
  planAsJson,
} from "./plan-file.ts";

export interface PlanOptions {
  readonly plans: KeptPlans;
  readonly callsPerSecond: number;
  readonly reads: PersonalReads;
}

const ACTIONS: readonly PlannedAction[] = ["create", "update", "remove", "suspend", "resume"];
const KINDS: readonly EntityKind[] = ["user", "department", "role"];
const DEFAULT_FORMAT: PlanFormat = "csv";
const ITEMS_OF_A_CHUNK = 500;
/**
 * Before every item. So a file continues the plan that was shown just before, and does not make another one.
 */
const BEFORE_ALL = "department:00000000-0000-0000-0000-000000000000";

/** The plan of everybody in a chosen mode, by pages or as a file. */
export function planRoutes({ plans, callsPerSecond, reads }: PlanOptions): Router {
  const router = Router();

  async function shownItems(
    res: Response,
    address: string,
    items: PlanPage["items"],
  ): Promise<PlanPage["items"]> {
    const maySee = await reads.mayShow(
      res,
      address,
      items.map((item) => ({ of: item, changes: item.changes })),
    );
    return items.map((item) => ({ ...item, changes: shownChanges(maySee, item.changes) }));
  }

  async function* everyPage(req: Request, res: Response): AsyncGenerator<PlanPage, void> {
    const { mode, ...filter } = chosen(req);
    for (let after: string | undefined = BEFORE_ALL; after !== undefined; ) {
      // Pages are read one after another, because each begins where the previous one ended.
      const page: PlanPage = await plans.page(mode, { ...filter, count: ITEMS_OF_A_CHUNK, after });
      yield { ...page, items: await shownItems(res, "/api/sync/plan/export", page.items) };
      after = page.next;
    }
  }

  router
    .route("/plan")
    .get(async (req: Request, res: Response) => {
      const { mode, ...filter } = chosen(req);
      const after = afterOf(req, isItemKey);
      const { summary, advice, items, next } = await plans.page(mode, {
        ...filter,
        count: countOf(req),
        ...(after ? { after } : {}),
      });
      sendJson(res, 200, {
        summary: { ...summary, minutes: minutesFor(summary, callsPerSecond) },
        advice,
        items: await shownItems(res, "/api/sync/plan", items),
        ...(next ? { next } : {}),
      });
    })
    .all(methodNotAllowed("GET"));
  router
    .route("/plan/export")
    .get(async (req: Request, res: Response) => {
      const format = choiceOf(req, "format", PLAN_FORMATS) ?? DEFAULT_FORMAT;
      const pages = everyPage(req, res);
      // The plan is made before the answer begins, so that a failure still has its status.
      const first = await pages.next();
      const all: PlanPages = startingWith(first, pages);
      res.status(200);
      res.setHeader("Content-Type", CONTENT_TYPES[format]);
      res.setHeader("Content-Disposition", `attachment; filename="plan.${format}"`);
      await pipeline(Readable.from(format === "csv" ? planAsCsv(all) : planAsJson(all, callsPerSecond)), res);
    })
    .all(methodNotAllowed("GET"));
  return router;
}

function chosen(req: Request) {
  const mode = choiceOf(req, "mode", SYNC_MODES) ?? "sync";
  const action = choiceOf(req, "action", ACTIONS);
  const kind = choiceOf(req, "kind", KINDS);
  return { mode, ...(action ? { action } : {}), ...(kind ? { kind } : {}) };
}

async function* startingWith<T>(first: IteratorResult<T, unknown>, rest: AsyncIterable<T>): AsyncIterable<T> {
  if (first.done) return;
  yield first.value;
  yield* rest;
}
