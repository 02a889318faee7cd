import { type Request, type Response, Router } from "express";
import type { Clock } from "../../core/clock.ts";
import { isStorableText } from "../../core/text/storable-text.ts";
import type { HistoryEvent } from "../../history/event.ts";
import { readJsonBody } from "../../http/body.ts";
import { methodNotAllowed } from "../../http/methods.ts";
import { requestContext, requireRight } from "../../http/request-context.ts";
import { operatorEvent } from "../../reconcile/operator-event.ts";
import { SYNC_MODES, type SyncMode } from "../../reconcile/policy.ts";
import { modeOrder } from "../../reconcile/process/orders.ts";
import type { SyncOperations } from "../../reconcile/status.ts";
import { Conflict } from "../conflict.ts";
import { InvalidParameter } from "../query-values.ts";
import { fieldsOf, operatorOf } from "../requests.ts";

export interface OrdersOptions {
  readonly operations: SyncOperations;
  readonly clock: Clock;
  readonly target: string;
  /** SYNC_MODE of this process. Used while no process of the loop is known. */
  readonly ceiling: SyncMode;
  /** Answers with the present status. */
  readonly sendStatus: (res: Response) => Promise<void>;
}

const MAX_REASON = 500;

/** Orders of operators at run time: pause, resume and mode. */
export function ordersRoutes({ operations, clock, target, ceiling: own, sendStatus }: OrdersOptions): Router {
  const router = Router();

  const eventOf = (
    res: Response,
    code: Parameters<typeof operatorEvent>[0],
    detail?: HistoryEvent["detail"],
  ): HistoryEvent => operatorEvent(code, operatorOf(res), { clock, target }, detail);

  router
    .route("/pause")
    .post(requireRight("operate"), readJsonBody(), async (req: Request, res: Response) => {
      const reason = reasonIn(req.body);
      await operations.halt(
        { by: requestContext(res).actor, reason },
        eventOf(res, "operator.pause", { reason }),
      );
      await sendStatus(res);
    })
    .all(methodNotAllowed("POST"));

  router
    .route("/resume")
    .post(requireRight("operate"), async (_req: Request, res: Response) => {
      await operations.goOn(eventOf(res, "operator.resume"));
      await sendStatus(res);
    })
    .all(methodNotAllowed("POST"));

  router
    .route("/mode")
    .put(requireRight("administer"), readJsonBody(), async (req: Request, res: Response) => {
      const mode = modeIn(req.body);
      const { ceiling, isAllowed, stored } = modeOrder(mode, await operations.processes(), own);
      if (!isAllowed)
        throw new Conflict(`the mode ${mode} is above ${ceiling}, which SYNC_MODE allows at most`);
      await operations.orderMode(stored, eventOf(res, "operator.mode", { mode, ceiling }));
      await sendStatus(res);
    })
    .all(methodNotAllowed("PUT"));

  return router;
}

function reasonIn(body: unknown): string {
  const reason = fieldsOf(body)?.["reason"];
  const text = typeof reason === "string" ? reason.trim() : "";
  if (text !== "" && text.length <= MAX_REASON && isStorableText(text)) return text;
  throw new InvalidParameter(`the body must be {"reason": "<why>"}, of at most ${MAX_REASON} characters`);
}

function modeIn(body: unknown): SyncMode {
  const mode = SYNC_MODES.find((each) => each === fieldsOf(body)?.["mode"]);
  if (mode) return mode;
  throw new InvalidParameter(`the body must be {"mode": "<mode>"}, one of ${SYNC_MODES.join(", ")}`);
}
