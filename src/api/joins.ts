import { type Request, type Response, Router } from "express";
import type { Clock } from "../core/clock.ts";
import { isCanonicalUuid } from "../core/id.ts";
import { sendJson } from "../http/answer.ts";
import { NotFoundPath } from "../http/errors.ts";
import { methodNotAllowed } from "../http/methods.ts";
import type { Mount } from "../http/mount.ts";
import { requireRecentSignIn, requireRight } from "../http/request-context.ts";
import { JOIN_STATES, type Join, type JoinDecision, type JoinOperations } from "../persons/ports.ts";
import { refusalText } from "../persons/refusal-text.ts";
import { Conflict } from "./conflict.ts";
import { afterOf, choiceOf, countOf } from "./query-values.ts";
import { operatorOf } from "./requests.ts";

export interface JoinRoutes {
  readonly joins: JoinOperations;
  readonly clock: Clock;
}

/** `/api/joins`: records of several sources that may be one person, and decisions about them. */
export function joinsEndpoint({ joins, clock }: JoinRoutes): Mount {
  const router = Router();
  const by = (res: Response) => ({ at: clock.now(), ...operatorOf(res), causes: [] });

  const fresh = requireRecentSignIn(clock);

  router
    .route("/")
    .get(async (req: Request, res: Response) => {
      const state = choiceOf(req, "state", JOIN_STATES);
      const after = afterOf(req, isCanonicalUuid);
      sendJson(
        res,
        200,
        await joins.list({ count: countOf(req), ...(state ? { state } : {}), ...(after ? { after } : {}) }),
      );
    })
    .all(methodNotAllowed("GET"));

  router
    .route("/search")
    .post(requireRight("operate"), async (_req: Request, res: Response) => {
      sendJson(res, 200, await joins.search(by(res)));
    })
    .all(methodNotAllowed("POST"));

  for (const decide of ["accept", "refuse"] as const)
    router
      .route(`/:id/${decide}`)
      .post(requireRight("approve"), fresh, async (req: Request<{ id: string }>, res: Response) => {
        sendJson(res, 200, doneOf(await joins[decide](req.params.id, by(res)))[0]);
      })
      .all(methodNotAllowed("POST"));

  router
    .route("/records/:id/separate")
    .post(requireRight("approve"), fresh, async (req: Request<{ id: string }>, res: Response) => {
      sendJson(res, 200, { joins: doneOf(await joins.separate(req.params.id, by(res))) });
    })
    .all(methodNotAllowed("POST"));

  router
    .route("/people/:id/forget")
    .post(requireRight("approve"), fresh, async (req: Request<{ id: string }>, res: Response) => {
      sendJson(res, 200, { joins: doneOf(await joins.forget(req.params.id, by(res))) });
    })
    .all(methodNotAllowed("POST"));

  return { path: "/api/joins", access: ["admin", "history:read"], handler: router };
}

function doneOf(decision: JoinDecision): readonly Join[] {
  if (decision.kind === "unknown") throw new NotFoundPath();
  if (decision.kind === "refused") throw new Conflict(refusalText(decision.why));
  return decision.joins;
}
