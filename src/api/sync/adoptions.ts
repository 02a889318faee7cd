import { type Request, type Response, Router } from "express";
import type { Clock } from "../../core/clock.ts";
import { isCanonicalUuid } from "../../core/id.ts";
import { sendJson } from "../../http/answer.ts";
import { readJsonBody } from "../../http/body.ts";
import { NotFoundPath } from "../../http/errors.ts";
import { methodNotAllowed } from "../../http/methods.ts";
import { requestContext, requireRecentSignIn, requireRight } from "../../http/request-context.ts";
import {
  ADOPTION_STATES,
  type AdoptableKind,
  type Adoption,
  type AdoptionOperations,
  type Decision,
} from "../../reconcile/adopt/ports.ts";
import { refusalText } from "../../reconcile/adopt/refusal-text.ts";
import type { AssessmentRequests } from "../../reconcile/assess/requests.ts";
import { Conflict } from "../conflict.ts";
import { afterOf, choiceOf, countOf, InvalidParameter } from "../query-values.ts";
import { fieldsOf, operatorOf } from "../requests.ts";

export interface AdoptionRoutes {
  readonly adoptions: AdoptionOperations;
  readonly assessments: AssessmentRequests;
  readonly clock: Clock;
  readonly target: string;
}

const KINDS: readonly AdoptableKind[] = ["user", "department"];
const TIERS = ["1", "2", "3", "4", "5", "6"] as const;

/** `/api/sync/adoptions`: matches of our entities with existing objects, and decisions about them. */
export function adoptionRoutes({ adoptions, assessments, clock, target }: AdoptionRoutes): Router {
  const router = Router();

  /** Linked objects are managed from then on, so an old session is not enough for a decision. */
  const fresh = requireRecentSignIn(clock);
  const by = (res: Response) => ({ at: clock.now(), ...operatorOf(res), causes: [], target }) as const;

  router
    .route("/adoptions")
    .get(async (req: Request, res: Response) => {
      const state = choiceOf(req, "state", ADOPTION_STATES);
      const kind = choiceOf(req, "kind", KINDS);
      const tier = choiceOf(req, "tier", TIERS);
      const after = afterOf(req, isCanonicalUuid);
      const page = await adoptions.list({
        count: countOf(req),
        ...(state ? { state } : {}),
        ...(kind ? { kind } : {}),
        ...(tier ? { tier: Number(tier) } : {}),
        ...(after ? { after } : {}),
      });
      sendJson(res, 200, page);
    })
    .all(methodNotAllowed("GET"));

  router
    .route("/adoptions/accept")
    .post(requireRight("approve"), fresh, readJsonBody(), async (req: Request, res: Response) => {
      const { tier, count } = tierIn(req.body);
      const accepted = doneOf(await adoptions.acceptTier(tier, count, by(res)));
      sendJson(res, 200, { tier, count, accepted: accepted.length });
    })
    .all(methodNotAllowed("POST"));

  for (const decide of ["accept", "reject"] as const)
    router
      .route(`/adoptions/:id/${decide}`)
      .post(requireRight("approve"), fresh, async (req: Request<{ id: string }>, res: Response) => {
        sendJson(res, 200, doneOf(await adoptions[decide](req.params.id, by(res)))[0]);
      })
      .all(methodNotAllowed("POST"));

  router
    .route("/items/:kind/:id/unlink")
    .post(
      requireRight("approve"),
      fresh,
      async (req: Request<{ kind: string; id: string }>, res: Response) => {
        const kind = KINDS.find((each) => each === req.params.kind);
        if (!kind) throw new NotFoundPath();
        sendJson(res, 200, doneOf(await adoptions.unlink({ kind, id: req.params.id }, by(res)))[0]);
      },
    )
    .all(methodNotAllowed("POST"));

  router
    .route("/assess")
    .post(requireRight("operate"), async (_req: Request, res: Response) => {
      await assessments.request(requestContext(res).actor);
      sendJson(res, 202, { state: "running", result: "GET /api/sync/assessment" });
    })
    .all(methodNotAllowed("POST"));

  router
    .route("/assessment")
    .get(async (_req: Request, res: Response) => {
      const last = await assessments.last();
      if (!last) throw new NotFoundPath();
      const { report, ...record } = last;
      sendJson(res, 200, { ...record, ...report });
    })
    .all(methodNotAllowed("GET"));

  return router;
}

function doneOf(decision: Decision): readonly Adoption[] {
  if (decision.kind === "unknown") throw new NotFoundPath();
  if (decision.kind === "refused") throw new Conflict(refusalText(decision.why));
  return decision.adoptions;
}

function tierIn(body: unknown): { readonly tier: number; readonly count: number } {
  const { tier, count } = fieldsOf(body) ?? {};
  const isTier = typeof tier === "number" && Number.isInteger(tier) && tier >= 1 && tier <= TIERS.length;
  const isCount = typeof count === "number" && Number.isSafeInteger(count) && count >= 0;
  if (isTier && isCount) return { tier, count };
  throw new InvalidParameter('the body must be {"tier": 1 to 6, "count": how many are proposed at it}');
}
