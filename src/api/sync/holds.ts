import { type Request, type Response, Router } from "express";
import type { Clock } from "../../core/clock.ts";
import { isCanonicalUuid } from "../../core/id.ts";
import { sendJson } from "../../http/answer.ts";
import { readJsonBody } from "../../http/body.ts";
import { NotFoundPath } from "../../http/errors.ts";
import { methodNotAllowed } from "../../http/methods.ts";
import type { Mount } from "../../http/mount.ts";
import { renderProblem } from "../../http/problem.ts";
import { requestIdOf, requireRecentSignIn, requireRight } from "../../http/request-context.ts";
import { type Agreement, HOLD_STATES, type Hold, type HoldMember } from "../../reconcile/guard/hold.ts";
import type { Decision, HoldOperations } from "../../reconcile/guard/operations.ts";
import { Conflict } from "../conflict.ts";
import { afterOf, choiceOf, countOf, InvalidParameter, isItemKey } from "../query-values.ts";
import { fieldsOf, operatorOf } from "../requests.ts";

export interface HoldsEndpointOptions {
  readonly holds: HoldOperations;
  readonly clock: Clock;
  /** In the sandbox one approval is enough, without count and digest. */
  readonly sandbox: boolean;
}

/** `/api/sync/holds`: changes that a limit of the policy has stopped, and decisions about them. */
export function holdsEndpoint({ holds, clock, sandbox }: HoldsEndpointOptions): Mount {
  const router = Router();

  router
    .route("/")
    .get(async (req: Request, res: Response) => {
      const state = choiceOf(req, "state", HOLD_STATES);
      const after = afterOf(req, isCanonicalUuid);
      const page = await holds.list({
        count: countOf(req),
        ...(state ? { state } : {}),
        ...(after ? { after } : {}),
      });
      sendJson(res, 200, { holds: page.holds.map(renderHold), ...(page.next ? { next: page.next } : {}) });
    })
    .all(methodNotAllowed("GET"));

  router
    .route("/:id")
    .get(async (req: Request<{ id: string }>, res: Response) => {
      const after = afterOf(req, isItemKey);
      const hold = await holds.get(req.params.id);
      if (!hold) throw new NotFoundPath();
      const page = await holds.members(hold.id, { count: countOf(req), ...(after ? { after } : {}) });
      sendJson(res, 200, {
        ...renderHold(hold),
        entities: page.members.map(renderMember),
        ...(page.next ? { next: page.next } : {}),
      });
    })
    .all(methodNotAllowed("GET"));

  router
    .route("/:id/approve")
    .post(
      requireRight("approve"),
      requireRecentSignIn(clock),
      readJsonBody(),
      async (req: Request<{ id: string }>, res: Response) => {
        const agreement = agreementIn(req.body, sandbox);
        answer(res, await holds.approve(req.params.id, agreement, operatorOf(res), { alone: sandbox }));
      },
    )
    .all(methodNotAllowed("POST"));

  router
    .route("/:id/reject")
    .post(requireRight("approve"), readJsonBody(), async (req: Request<{ id: string }>, res: Response) => {
      // Rejecting changes nothing at the target, so no count and digest are needed.
      answer(res, await holds.reject(req.params.id, agreementIn(req.body, true), operatorOf(res)));
    })
    .all(methodNotAllowed("POST"));

  return { path: "/api/sync/holds", access: ["admin", "history:read"], handler: router };
}

function answer(res: Response, decision: Decision): void {
  if (decision.kind === "unknown") throw new NotFoundPath();
  const hold = renderHold(decision.hold);
  if (decision.kind === "moved") sendMoved(res, decision.hold);
  else if (decision.kind === "needsSecond") sendJson(res, 202, { ...hold, needsSecondApproval: true });
  else sendJson(res, 200, hold);
}

/** The hold has changed. The answer has its present state. */
function sendMoved(res: Response, hold: Hold): void {
  const detail =
    hold.state === "open" ? "the hold is not what it was; look at it again" : `the hold is ${hold.state}`;
  const { status, body, contentType } = renderProblem(new Conflict(detail), requestIdOf(res));
  sendJson(res, status, { ...body, state: hold.state, digest: hold.digest, count: hold.count }, contentType);
}

function agreementIn(body: unknown, optional: boolean): Agreement {
  if (body === undefined && optional) return {};
  const given = fieldsOf(body);
  const { digest, count } = given ?? {};
  const rightDigest = typeof digest === "string" || (optional && digest === undefined);
  const rightCount =
    (typeof count === "number" && Number.isInteger(count)) || (optional && count === undefined);
  if (!given || !rightDigest || !rightCount)
    throw new InvalidParameter(
      'the body must be {"digest": "<digest>", "count": <number>}, as the hold tells them',
    );
  return {
    ...(typeof digest === "string" ? { digest } : {}),
    ...(typeof count === "number" ? { count } : {}),
  };
}

const renderHold = ({ approvals, ...hold }: Hold) => ({
  ...hold,
  approvals: approvals.map(({ by, at }) => ({ by, at })),
});

const renderMember = ({ name, ...member }: HoldMember) => ({ ...member, name: name ?? null });
