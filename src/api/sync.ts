import { type Request, type Response, Router } from "express";
import type { Clock } from "../core/clock.ts";
import type { EntityKind } from "../core/entity.ts";
import { uuidv7 } from "../core/id.ts";
import { sendJson } from "../http/answer.ts";
import { NotFoundPath } from "../http/errors.ts";
import { methodNotAllowed } from "../http/methods.ts";
import type { Mount } from "../http/mount.ts";
import { requestContext, requireScope } from "../http/request-context.ts";
import type { SyncMode } from "../reconcile/policy.ts";
import type { SyncState } from "../reconcile/settle.ts";
import type { SyncItem, SyncOperations, SyncStatus } from "../reconcile/status.ts";
import { choiceOf, countOf, InvalidParameter, textOf } from "./query-values.ts";

export interface SyncEndpointOptions {
  readonly operations: SyncOperations;
  readonly clock: Clock;
  readonly target: string;
  readonly mode: SyncMode;
  readonly callsPerSecond: number;
  /** Address of the simulated DingTalk; unset for a real organisation. Programs that play with people ask for it before they begin. */
  readonly sandbox?: string;
}

const STATES: readonly SyncState[] = ["inSync", "due", "waiting", "held", "parked"];
/** `next` of a page: the kind and id of its last item. */
const ITEM_KEY = /^[a-z]+:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const KINDS: readonly EntityKind[] = ["user", "group", "department", "role"];

/** `/api/sync`: how far the target is, what is stuck and why, and one more try. */
export function syncEndpoint(options: SyncEndpointOptions): Mount {
  const { operations, clock, target } = options;
  const router = Router();

  router
    .route("/status")
    .get(async (_req: Request, res: Response) => sendJson(res, 200, renderStatus(await operations.status(), options)))
    .all(methodNotAllowed("GET"));

  router
    .route("/items")
    .get(async (req: Request, res: Response) => {
      const state = choiceOf(req, "state", STATES);
      const kind = choiceOf(req, "kind", KINDS);
      const text = textOf(req, "q");
      const after = textOf(req, "after");
      if (after !== undefined && !ITEM_KEY.test(after)) throw new InvalidParameter("after must be the `next` of another page");
      const page = await operations.items({
        count: countOf(req),
        ...(state ? { state } : {}),
        ...(kind ? { kind } : {}),
        ...(text ? { text } : {}),
        ...(after ? { after } : {}),
      });
      sendJson(res, 200, { items: page.items.map(renderItem), ...(page.next ? { next: page.next } : {}) });
    })
    .all(methodNotAllowed("GET"));

  router
    .route("/items/:kind/:id/retry")
    .post(requireScope("admin"), async (req: Request<{ kind: string; id: string }>, res: Response) => {
      const kind = KINDS.find((each) => each === req.params.kind);
      const { actor, requestId, sourceId } = requestContext(res);
      const at = clock.now();
      const ref = kind && { kind, id: req.params.id };
      const event = { id: uuidv7(at.getTime()), at, code: "operator.retry", actor, requestId, sourceId, causes: [], target } as const;
      if (!ref || !(await operations.retry(ref, { ...event, subject: ref }))) throw new NotFoundPath();
      sendJson(res, 202, { kind, id: ref.id, state: "due" });
    })
    .all(methodNotAllowed("POST"));

  router
    .route("/reconcile")
    .post(requireScope("admin"), async (_req: Request, res: Response) => {
      await operations.requestSweep(requestContext(res).actor);
      sendJson(res, 202, { state: "asked", result: "an event operator.reconcile in /api/history" });
    })
    .all(methodNotAllowed("POST"));

  return { path: "/api/sync", access: ["admin", "history:read"], handler: router };
}

function renderStatus(status: SyncStatus, { target, mode, callsPerSecond, sandbox }: SyncEndpointOptions) {
  const { active, present, accurate } = status.people;
  const share = (part: number, whole: number): number => (whole === 0 ? 1 : part / whole);
  return {
    target,
    mode,
    sandbox: sandbox ?? null,
    asOf: status.asOf,
    states: status.states,
    oldestDue: status.oldestDue ?? null,
    lost: status.lost,
    paused: status.paused ?? null,
    latencyMs: status.latencyMs ?? null,
    accuracy: share(accurate, active),
    coverage: share(present, active),
    calls: {
      total: status.calls.reduce((sum, { count }) => sum + count, 0),
      byApi: Object.fromEntries(status.calls.map(({ api, count }) => [api, count])),
      perSecondAndApi: callsPerSecond,
    },
  };
}

const renderItem = ({ ref, ...item }: SyncItem) => ({ kind: ref.kind, id: ref.id, ...item });
