import { type Request, type Response, Router } from "express";
import type { IncidentOperations } from "../../alerts/operations.ts";
import type { Clock } from "../../core/clock.ts";
import type { EntityKind } from "../../core/entity.ts";
import { sendJson } from "../../http/answer.ts";
import { readJsonBody } from "../../http/body.ts";
import { NotFoundPath } from "../../http/errors.ts";
import { methodNotAllowed } from "../../http/methods.ts";
import type { Mount } from "../../http/mount.ts";
import { requestContext, requireRight } from "../../http/request-context.ts";
import type { AdoptionOperations } from "../../reconcile/adopt/ports.ts";
import type { AssessmentRequests } from "../../reconcile/assess/requests.ts";
import type { KeptPlans } from "../../reconcile/compare/kept-plans.ts";
import type { HoldOperations } from "../../reconcile/guard/operations.ts";
import type { PutBackOperations } from "../../reconcile/guard/put-back.ts";
import { operatorEvent, REASON_CODE } from "../../reconcile/operator-event.ts";
import type { SyncMode } from "../../reconcile/policy.ts";
import { ceilingOf, modeInForce, type Orders } from "../../reconcile/process/orders.ts";
import { pauseText, type TargetPause } from "../../reconcile/process/preflight.ts";
import type { SyncState } from "../../reconcile/run/end/run-end.ts";
import type { Listening, SyncItem, SyncOperations, SyncStatus } from "../../reconcile/status.ts";
import { type PersonalReads, shownChanges } from "../personal-reads.ts";
import { afterOf, choiceOf, countOf, InvalidParameter, isItemKey, textOf } from "../query-values.ts";
import { fieldsOf, operatorOf } from "../requests.ts";
import { adoptionRoutes } from "./adoptions.ts";
import { ordersRoutes } from "./orders.ts";
import { planRoutes } from "./plan.ts";
import { restoreRoutes } from "./restore.ts";

export interface SyncEndpointOptions {
  readonly adoptions: AdoptionOperations;
  readonly assessments: AssessmentRequests;
  readonly plans: KeptPlans;
  readonly operations: SyncOperations;
  readonly holds: Pick<HoldOperations, "openCount">;
  readonly removed: PutBackOperations;
  readonly incidents: Pick<IncidentOperations, "openCount">;
  readonly clock: Clock;
  readonly target: string;
  /** Undefined: there is no replica. */
  readonly replica: () => { readonly state: string; readonly lagMs?: number } | undefined;
  /** SYNC_MODE of this process. The mode in force is never above it. */
  readonly ceiling: SyncMode;
  readonly callsPerSecond: number;
  readonly reads: PersonalReads;
  /**
   * Address of the simulated DingTalk; unset for a real organisation. Programs that change test people check
   * it first.
   */
  readonly sandbox?: string;
}

const replicaOf = ({ replica }: SyncEndpointOptions) => {
  const { state, lagMs } = replica() ?? {};
  return state === undefined
    ? null
    : { state, lagSeconds: lagMs === undefined ? null : Math.round(lagMs / 100) / 10 };
};

function renderListening(listening: Listening | undefined) {
  if (!listening) return null;
  const { state, since, failures, reason = null, eventAt, heard, missed } = listening;
  return {
    state,
    since: since.toISOString(),
    failures,
    reason,
    lastEventAt: eventAt?.toISOString() ?? null,
    heard,
    missed,
  };
}

const STATES: readonly SyncState[] = ["inSync", "due", "waiting", "held", "parked"];
const KINDS: readonly EntityKind[] = ["user", "group", "department", "role"];

/** `/api/sync`: the state of the loop, stuck entities with reasons, and retries. */
export function syncEndpoint(options: SyncEndpointOptions): Mount {
  const { operations, reads } = options;
  const router = Router();

  const eventOf = (res: Response) => operatorEvent("operator.retry", operatorOf(res), options);

  const sendStatus = async (res: Response): Promise<void> => sendJson(res, 200, await statusNow(options));

  /** Why nothing is sent now, if so. */
  const pauses = async () => {
    const [{ halted }, pause] = await Promise.all([operations.orders(), operations.pause()]);
    return { paused: halted ?? null, targetPause: renderPause(pause) };
  };

  router
    .route("/status")
    .get((_req: Request, res: Response) => sendStatus(res))
    .all(methodNotAllowed("GET"));

  router
    .route("/items")
    .get(async (req: Request, res: Response) => {
      const state = choiceOf(req, "state", STATES);
      const kind = choiceOf(req, "kind", KINDS);
      const text = textOf(req, "q");
      const reasonCode = textOf(req, "reason");
      const after = afterOf(req, isItemKey);
      const page = await operations.items({
        count: countOf(req),
        ...(state ? { state } : {}),
        ...(kind ? { kind } : {}),
        ...(text ? { text } : {}),
        ...(reasonCode ? { reasonCode } : {}),
        ...(after ? { after } : {}),
      });
      const maySee = await reads.mayShow(
        res,
        "/api/sync/items",
        page.items.map(({ ref, planned }) => ({ of: ref, changes: planned?.changes })),
      );
      sendJson(res, 200, {
        items: page.items.map(renderItemFor(maySee)),
        ...(page.next ? { next: page.next } : {}),
      });
    })
    .all(methodNotAllowed("GET"));

  router
    .route("/reasons")
    .get(async (_req: Request, res: Response) => sendJson(res, 200, { reasons: await operations.reasons() }))
    .all(methodNotAllowed("GET"));

  router
    .route("/items/:kind/:id/retry")
    .post(requireRight("operate"), async (req: Request<{ kind: string; id: string }>, res: Response) => {
      const kind = KINDS.find((each) => each === req.params.kind);
      const ref = kind && { kind, id: req.params.id };
      if (!ref || !(await operations.retry(ref, { ...eventOf(res), subject: ref }))) throw new NotFoundPath();
      sendJson(res, 202, { kind, id: ref.id, state: "due", ...(await pauses()) });
    })
    .all(methodNotAllowed("POST"));

  router
    .route("/items/retry")
    .post(requireRight("operate"), readJsonBody(), async (req: Request, res: Response) => {
      const reason = reasonIn(req.body);
      const count = await operations.retryAll(reason, { ...eventOf(res), detail: { reasonCode: reason } });
      sendJson(res, 202, { reason, count, ...(await pauses()) });
    })
    .all(methodNotAllowed("POST"));

  router
    .route("/reconcile")
    .post(requireRight("operate"), async (_req: Request, res: Response) => {
      await operations.requestSweep(requestContext(res).actor);
      sendJson(res, 202, { state: "asked", result: "an event operator.reconcile in /api/history" });
    })
    .all(methodNotAllowed("POST"));

  router.use(ordersRoutes({ ...options, sendStatus }));
  router.use(planRoutes(options));
  router.use(adoptionRoutes(options));
  router.use(restoreRoutes(options));

  return { path: "/api/sync", access: ["admin", "history:read"], handler: router };
}

async function statusNow(options: SyncEndpointOptions) {
  const { operations } = options;
  // Slow counts are cached for a while, so no other query runs with them. The state of pauses is always read
  // now.
  const status = await operations.status();
  const [processes, pause, orders, proposed, open, incidents, held, listening] = await Promise.all([
    operations.processes(),
    operations.pause(),
    operations.orders(),
    options.adoptions.proposed(),
    options.holds.openCount(),
    options.incidents.openCount(),
    operations.openHoldOfRules(),
    operations.listening(),
  ]);
  return {
    ...renderStatus({ ...status, paused: pause }, processes, orders, options),
    holds: { open },
    rulesHold: held
      ? {
          id: held.id,
          mapping: held.mapping,
          policy: held.policy,
          since: held.openedAt,
          leaversGoOn: held.leaversGoOn,
        }
      : null,
    adoptions: { proposed },
    incidents: { open: incidents },
    listening: renderListening(listening),
    replica: replicaOf(options),
  };
}

function reasonIn(body: unknown): string {
  const reason = fieldsOf(body)?.["reason"];
  if (typeof reason === "string" && REASON_CODE.test(reason)) return reason;
  throw new InvalidParameter('the body must be {"reason": "<reasonCode>"}, as the items tell it');
}

function renderStatus(
  status: Omit<SyncStatus, "paused"> & { readonly paused: SyncStatus["paused"] | undefined },
  processes: Processes,
  orders: Orders,
  { target, ceiling: own, callsPerSecond, sandbox }: SyncEndpointOptions,
) {
  const { active, present, accurate, stuck } = status.people;
  const ceiling = ceilingOf(processes, own);
  const share = (part: number, whole: number): number => (whole === 0 ? 1 : part / whole);
  return {
    target,
    mode: modeInForce(ceiling, orders.mode),
    ceiling,
    processes: processes.living,
    sandbox: sandbox ?? null,
    asOf: status.asOf,
    states: status.states,
    people: { total: active, inSync: accurate, needsYou: stuck },
    oldestDue: status.oldestDue ?? null,
    lost: status.lost,
    paused: orders.halted ?? null,
    targetPause: renderPause(status.paused),
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

/** Programs get a list of problems, and people get all of them in one line. */
const renderPause = (pause: TargetPause | undefined) =>
  pause ? { problems: [], ...pause, reason: pauseText(pause) } : null;

type Processes = Awaited<ReturnType<SyncOperations["processes"]>>;

export const renderItemFor =
  (maySee: boolean) =>
  ({ ref, planned, ...item }: SyncItem) => ({
    kind: ref.kind,
    id: ref.id,
    ...item,
    ...(planned ? { planned: { ...planned, changes: shownChanges(maySee, planned.changes) } } : {}),
  });
