import type { Clock } from "../core/clock.ts";
import type { JsonObject } from "../core/entity.ts";
import { unreachable } from "../core/errors.ts";
import { uuidv7 } from "../core/id.ts";
import type { Logger } from "../core/logger.ts";
import type { HistoryEvent, Outcome } from "../history/event.ts";
import type { Mapping } from "../mapping/mapping.ts";
import { changesOf } from "./changes.ts";
import { containersOf } from "./containers.ts";
import type { Plan } from "./plan.ts";
import { policy, type SyncMode } from "./policy.ts";
import type { Claim, LinkChange, ReconcileStore } from "./ports.ts";
import { RETRY_BASE_MS, type RunEnd, settle } from "./settle.ts";
import { shapedPlan } from "./shaped-plan.ts";
import {
  type Actual,
  type Note,
  type TargetAdapter,
  type TargetCall,
  TargetConflict,
  TargetError,
  TargetOutcomeUnknown,
  TargetThrottled,
  TargetUnavailable,
  type Written,
} from "./target.ts";
import { type Wish, wishFor } from "./wish.ts";

export interface ReconcilerDeps {
  readonly store: ReconcileStore;
  readonly target: TargetAdapter;
  readonly mapping: Mapping;
  readonly mode: SyncMode;
  readonly clock: Clock;
  readonly logger: Logger;
  /** In [0, 1); spreads retries. */
  readonly random: () => number;
  /** What the first retry waits; RETRY_BASE_MS unless given. */
  readonly retryBaseMs?: number;
}

/** Makes one entity equal at the target: load, observe, plan, policy, apply, record. Never rejects for a failure it can record. */
export type Reconciler = (claim: Claim, signal: AbortSignal) => Promise<void>;

/** What a run leaves behind besides its settlement. */
interface RunResult {
  readonly end: RunEnd;
  readonly link: LinkChange;
  readonly event?: HistoryEvent;
  readonly presenceChanged: boolean;
  readonly departed: readonly string[];
  /** The directory no longer has the entity and nothing of it is left at the target. */
  readonly gone: boolean;
}

type DesiredWish = Extract<Wish, { kind: "desired" }>;

const quiet = { link: { kind: "keep" }, presenceChanged: false, departed: [], gone: false } as const;

export function createReconciler(deps: ReconcilerDeps): Reconciler {
  const { store, target, mapping, mode, clock, logger, retryBaseMs = RETRY_BASE_MS } = deps;

  return async (claim, signal) => {
    let result: RunResult | undefined;
    try {
      const wish = await wishFor(deps, claim, signal);
      result = await converge(claim, wish, signal);
    } catch (error) {
      if (signal.aborted) return store.release(claim);
      if (!(error instanceof TargetError))
        logger.error({ kind: claim.ref.kind, entityId: claim.ref.id, error }, "reconciling an entity failed");
      result = { ...quiet, end: { kind: "failed", error } };
    }
    if (!result) return;
    const settlement = settle(result.end, claim.attempts, { random: deps.random(), baseMs: retryBaseMs });
    if (settlement.pauseAll) await store.pause(settlement.pauseAll.ms, settlement.pauseAll.reason);
    const { link, presenceChanged, departed, gone } = result;
    await store.finish(claim, { settlement, link, presenceChanged, departed, gone, ...(result.event ? { event: result.event } : {}) });
  };

  /** Undefined when the lease was lost: then another run is at work and this one must not speak. */
  async function converge(claim: Claim, wish: Wish, signal: AbortSignal): Promise<RunResult | undefined> {
    if (wish.kind === "settled") return { ...quiet, end: { kind: "inSync", notes: wish.notes }, gone: wish.gone };
    if (wish.kind !== "desired") return { ...quiet, end: wish };

    const actual = wish.seen ? wish.seen.actual : await observe(claim, wish, signal);
    const { next, notes } = shapedPlan(target, claim.ref, wish.desired, actual);
    if (next.action === "none") return nothingToDo(wish, actual, notes);
    const verdict = policy(next, mode);
    if (!verdict.allow) return { ...quiet, end: { kind: "held", reason: verdict.reason, remedy: verdict.remedy } };

    const intent = intentOf(claim, next);
    const begun = await store.begin(claim, intent, next.action === "create" ? { remoteId: target.remoteIdFor(claim.ref) } : undefined);
    if (!begun) return undefined;
    return attempt(claim, wish, next, intent, notes, signal);
  }

  /** What the target holds: the remembered observation while it can be trusted, else one read. */
  async function observe(claim: Claim, { link, desired }: DesiredWish, signal: AbortSignal): Promise<Actual | undefined> {
    if (!link) return undefined;
    if (link.status === "intended") {
      // A create whose answer we never had is repeated, and the adapter finds what the first may have made; to remove it, it must be found first.
      return desired.state === "present" ? undefined : (await target.find(claim.ref, { signal })).actual;
    }
    if (link.remoteId === undefined) return undefined;
    if (link.observed) return { remoteId: link.remoteId, ...link.observed };
    return (await target.read(claim.ref.kind, link.remoteId, { signal })).actual;
  }

  function nothingToDo(wish: DesiredWish, actual: Actual | undefined, notes: readonly Note[]): RunResult {
    const end: RunEnd = { kind: "inSync", notes };
    if (actual) return { ...quiet, end, link: wish.link?.observed ? { kind: "keep" } : put(actual) };
    const had = wish.link !== undefined;
    return { ...quiet, end, link: had ? { kind: "remove" } : { kind: "keep" }, presenceChanged: had, gone: !wish.inDirectory };
  }

  async function attempt(
    claim: Claim,
    wish: DesiredWish,
    next: Exclude<Plan, { action: "none" }>,
    intent: HistoryEvent,
    notes: readonly Note[],
    signal: AbortSignal,
  ): Promise<RunResult> {
    try {
      const resume = wish.link?.status === "intended";
      const done = await apply(claim, next, resume, signal);
      const event = outcomeOf(intent, "done", { calls: done.calls });
      const before = containersOf("actual" in next ? next.actual.attributes : {});
      if (!done.written) {
        return {
          end: { kind: "inSync", notes },
          link: { kind: "remove" },
          event,
          presenceChanged: true,
          departed: before,
          gone: !wish.inDirectory,
        };
      }
      const known = "actual" in next ? next.actual.attributes : {};
      const link = put({ ...done.written, attributes: { ...known, ...done.written.attributes } });
      const after = new Set(containersOf(link.attributes));
      // Switched on or off, the rest is looked at in a run of its own: access comes first.
      const end: RunEnd =
        next.action === "resume" || next.action === "suspend"
          ? { kind: "again" }
          : { kind: "inSync", notes: [...notes, ...done.written.notes] };
      return { ...quiet, end, link, event, presenceChanged: next.action === "create", departed: before.filter((id) => !after.has(id)) };
    } catch (error) {
      const calls = error instanceof TargetError ? error.calls : [];
      const event = outcomeOf(intent, outcomeOfError(error, signal), { calls, error });
      if (!(error instanceof TargetError))
        logger.error({ kind: claim.ref.kind, entityId: claim.ref.id, error }, "a write to the target failed");
      const neverMade = next.action === "create" && !wish.link && (event.outcome === "refused" || event.outcome === "notSent");
      const link: LinkChange = neverMade && !calls.some((call) => call.code === "ok") ? { kind: "remove" } : { kind: "keep" };
      return { ...quiet, end: await endOf(claim, next, error), event, link };
    }
  }

  /** A value that one of our own holds may come free; one that a stranger holds needs a person's decision. */
  async function endOf(claim: Claim, next: Plan, error: unknown): Promise<RunEnd> {
    if (!(error instanceof TargetConflict) || error.heldBy === undefined) return { kind: "failed", error };
    const wanted = next.action === "create" ? next.attributes : next.action === "update" ? next.set : {};
    const holder = await store.holder(claim.ref, error.heldBy, { attribute: error.attribute, value: wanted[error.attribute] });
    if (!holder || holder.id === claim.ref.id) return { kind: "failed", error };
    // Everything else of an update has been sent by now.
    const hopeless = error.personal && next.action === "update" && holder.expect === "stuck";
    return { kind: "blocked", by: holder.id, holderMoves: holder.expect === "moves", hopeless, error };
  }

  async function apply(
    claim: Claim,
    next: Exclude<Plan, { action: "none" }>,
    resume: boolean,
    signal: AbortSignal,
  ): Promise<{ readonly written: Written | undefined; readonly calls: readonly TargetCall[] }> {
    switch (next.action) {
      case "create":
        return withCalls(await target.create(claim.ref, next.attributes, { signal, resume }));
      case "update":
        return withCalls(await target.update(claim.ref, next.actual, next.set, { signal }));
      case "suspend":
        return withCalls(await target.setSuspended(claim.ref, next.actual, true, { signal }));
      case "resume":
        return withCalls(await target.setSuspended(claim.ref, next.actual, false, { signal }));
      case "remove":
        return { written: undefined, calls: (await target.remove(claim.ref, next.actual, { signal })).calls };
      default:
        return unreachable(next);
    }
  }

  function intentOf(claim: Claim, next: Plan): HistoryEvent {
    const at = clock.now();
    return {
      id: uuidv7(at.getTime()),
      at,
      code: "target.intent",
      actor: "worker",
      causes: claim.causes,
      subject: claim.ref,
      target: target.name,
      attempt: claim.attempts + 1,
      changes: changesOf(next),
      detail: { action: next.action, mapping: mapping.version },
    };
  }

  function outcomeOf(
    intent: HistoryEvent,
    outcome: Outcome,
    result: { readonly calls: readonly TargetCall[]; readonly error?: unknown },
  ): HistoryEvent {
    const at = clock.now();
    const { changes: _changes, ...same } = intent;
    const failure: JsonObject = result.error instanceof TargetError ? { error: result.error.code, answer: result.error.answer } : {};
    return {
      ...same,
      id: uuidv7(at.getTime()),
      at,
      code: "target.outcome",
      causes: [intent.id],
      outcome,
      detail: { ...intent.detail, calls: result.calls.map((call) => ({ ...call })), ...failure },
    };
  }
}

const withCalls = (written: Written) => ({ written, calls: written.calls });

const put = (actual: Pick<Actual, "remoteId" | "attributes" | "presence">): Extract<LinkChange, { kind: "put" }> => ({
  kind: "put",
  remoteId: actual.remoteId,
  attributes: actual.attributes,
  presence: actual.presence,
  containers: containersOf(actual.attributes),
});

function outcomeOfError(error: unknown, signal: AbortSignal): Outcome {
  if (error instanceof TargetOutcomeUnknown || signal.aborted) return "unknown";
  if (error instanceof TargetThrottled || error instanceof TargetUnavailable) return "notSent";
  return error instanceof TargetError ? "refused" : "unknown";
}
