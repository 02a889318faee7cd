import type { Deadline } from "../../core/deadline.ts";
import type { PersonInput } from "../../mapping/mapping.ts";
import { personInput } from "../desired/conclude.ts";
import { desiredOf } from "../desired/desired.ts";
import type { GraceStep } from "../desired/leaver.ts";
import { load } from "../desired/load.ts";
import { place } from "../desired/place.ts";
import type { DesiredResult } from "../desired/result.ts";
import { permission } from "../guard/permission.ts";
import type { Plan } from "../plan.ts";
import { policy, type Verdict } from "../policy.ts";
import type { Claim } from "../ports.ts";
import { modeInForce } from "../process/orders.ts";
import type { WriteContext } from "../target.ts";
import { TargetError } from "../target-failures.ts";
import type { Actual } from "../target-values.ts";
import type { Reconciler, ReconcilerDeps } from "./deps.ts";
import { causeOf } from "./end/cause.ts";
import { type GraceResult, graceAfter } from "./end/grace.ts";
import { nextState, RETRY_BASE_MS } from "./end/next-state.ts";
import type { Planned } from "./end/run-end.ts";
import { createRunEvents, type RunEvents } from "./end/run-events.ts";
import {
  type DesiredEntity,
  NO_FOLLOW_UPS,
  nothingToDo,
  type RunResult,
  seenLink,
} from "./end/run-result.ts";
import { yieldTo } from "./plan/authority.ts";
import { changesOf } from "./plan/changes.ts";
import { isMore, mayPlace, onlyLeaving, RULES_ARE_HELD, waitsForRules } from "./plan/leavers-only.ts";
import { planned } from "./plan/planned.ts";
import type { Refusals } from "./plan/refusal.ts";
import { observe } from "./send/apply.ts";
import { send } from "./send/attempt.ts";
import { beginRun, NotBegun } from "./send/begin.ts";

/** One run: load, place, desired state, observe, plan, policy and guard, apply, record. */
export function createReconciler(deps: ReconcilerDeps): Reconciler {
  const events = createRunEvents(deps);
  return async (claim, signal) => {
    const result = await resultOf(deps, events, claim, signal);
    if (result === "released") return deps.store.release(claim);
    if (result !== "lost") await record(deps, claim, result);
  };
}

/** Lost: another run has the entity, and this run must not write. Released: the process is stopping. */
async function resultOf(
  deps: ReconcilerDeps,
  events: RunEvents,
  claim: Claim,
  signal: AbortSignal,
): Promise<RunResult | "lost" | "released"> {
  try {
    const context = { signal, deadline: untilOrdered(claim.deadline, deps.term) };
    const loaded = await load(deps, claim.ref, { context });
    const leaver = loaded.kind === "user" ? loaded.classification.grace : undefined;
    if (waitsForRules(claim, loaded))
      return {
        ...NO_FOLLOW_UPS,
        end: RULES_ARE_HELD,
        ...(leaver && leaver.kind !== "cancelled" ? { leaver } : {}),
      };
    const known = mayPlace(claim, loaded) ? await place(deps, claim, loaded) : loaded;
    const resolved = onlyLeaving(claim, await desiredOf(deps, claim.ref, known));
    const person = known.kind === "user" && known.facts.document ? personInput(known.facts) : undefined;
    const result = await converge(deps, events, { claim, resolved, person, leaver }, context);
    if (result === "lost") return result;
    const restores =
      known.kind === "user" &&
      known.facts.restoring !== undefined &&
      known.classification.standing === "member";
    const missing = resolved.kind === "desired" ? resolved.missing : undefined;
    return {
      ...result,
      ...(leaver ? { leaver } : {}),
      ...(restores ? { restores } : {}),
      ...(missing ? { missing } : {}),
    };
  } catch (error) {
    if (error instanceof NotBegun) throw error.cause;
    if (signal.aborted) return "released";
    if (!(error instanceof TargetError))
      deps.logger.error(
        { kind: claim.ref.kind, entityId: claim.ref.id, error },
        "reconciling an entity failed",
      );
    return { ...NO_FOLLOW_UPS, end: { kind: "failed", error } };
  }
}

interface Resolved {
  readonly claim: Claim;
  readonly resolved: DesiredResult;
  readonly person: PersonInput | undefined;
  readonly leaver: GraceStep | undefined;
}

async function converge(
  deps: ReconcilerDeps,
  events: RunEvents,
  { claim, resolved: concluded, person, leaver }: Resolved,
  context: WriteContext,
): Promise<RunResult | "lost"> {
  const { target, clock } = deps;
  if (concluded.kind === "settled")
    return { ...NO_FOLLOW_UPS, end: { kind: "inSync", notes: concluded.notes }, gone: concluded.gone };
  if (concluded.kind !== "desired") return { ...NO_FOLLOW_UPS, end: concluded };

  const actual = concluded.seen
    ? concluded.seen.actual
    : await observe(target, claim.ref, concluded, context);
  const resolved = await yielding(deps, claim, { resolved: concluded, person, actual });
  const { next, notes, open, invited } = await planned(deps, claim.ref, resolved, {
    actual,
    refused: claim.refused,
    now: clock.now(),
  });
  if (invited) return { ...NO_FOLLOW_UPS, ...invited };
  if (isMore(claim, next, actual))
    return { ...NO_FOLLOW_UPS, end: RULES_ARE_HELD, link: seenLink(resolved, actual) };
  if (next.action === "none") return nothingToDo(target, claim, resolved, actual, { notes, open });

  const byMode = policy(next, modeInForce(deps.mode, claim.orderedMode));
  const verdict = byMode.allow ? permission(deps.policy, claim.ref, next, { input: person, target }) : byMode;
  const held = { ...NO_FOLLOW_UPS, link: seenLink(resolved, actual) };
  if (!verdict.allow)
    return { ...held, end: { kind: "held", planned: plannedBy(next), ...verdictOf(verdict) } };
  const intent = events.intentOf(claim, next, leaver);
  const begun = await beginRun(deps, {
    claim,
    next,
    leaver,
    intent,
    firstWrite: resolved.link?.adopted?.fresh === true,
  });
  if (begun === "lost") return "lost";
  if (begun !== "begun") return { ...held, end: { ...begun, planned: plannedBy(next) } };
  return send(deps, events, { claim, resolved, next, intent, known: { notes, open } }, context);
}

/** Leaves attributes owned by the target unchanged, and records them in the directory. */
async function yielding(
  deps: ReconcilerDeps,
  claim: Claim,
  {
    resolved,
    person,
    actual,
  }: {
    readonly resolved: DesiredEntity;
    readonly person: PersonInput | undefined;
    readonly actual: Actual | undefined;
  },
): Promise<DesiredEntity> {
  if (!deps.observe) return resolved;
  const now = deps.clock.now();
  const { desired, observed } = await yieldTo(deps, claim.ref, {
    document: person?.user,
    desired: resolved.desired,
    actual,
    now,
  });
  if (observed && modeInForce(deps.mode, claim.orderedMode) !== "observe")
    await deps.observe(claim.ref.id, observed, claim.causes);
  return { ...resolved, desired };
}

async function record(deps: ReconcilerDeps, claim: Claim, result: RunResult): Promise<void> {
  const { store, clock, target } = deps;
  const { end, refused = claim.refused, leaver, restores, ...learned } = result;
  const state = nextState(end, claim.attempts, {
    random: deps.random(),
    baseMs: deps.retryBaseMs ?? RETRY_BASE_MS,
  });
  const { next, change }: GraceResult = leaver
    ? graceAfter(leaver, { claim, next: state, learned, at: clock.now(), target: target.name })
    : { next: state };
  deps.log?.run(claim.ref, next, claim.attempts + 1);
  if (next.pauseAll) await store.pause(next.pauseAll.ms, next.pauseAll.reason, next.pauseAll.reasonCode);
  if (next.pauseHere) {
    const { ms, reasonCode, reason, remedy } = next.pauseHere;
    deps.rest?.begin(ms, { code: reasonCode, text: reason, remedy });
  }
  const cause =
    next.state === "parked" && end.kind === "failed" ? causeOf(end.error, claim.ref.id) : undefined;
  const memory = refused && !isNothing(refused) ? { refused } : {};
  await store.finish(claim, {
    next,
    ...learned,
    ...memory,
    ...(cause ? { cause } : {}),
    ...(change ? { grace: change } : {}),
    ...(restores && next.state === "inSync" ? { restored: true } : {}),
  });
}

/** The deadline of the lease, or an earlier order of an operator that stops the run. */
function untilOrdered(deadline: Deadline, term: (() => number) | undefined): Deadline {
  const begun = term?.();
  const stands = (): boolean => term?.() === begun;
  return {
    leftMs: () => (stands() ? deadline.leftMs() : 0),
    prolong: async () => {
      if (stands()) await deadline.prolong?.();
    },
  };
}

const isNothing = (refused: Refusals | undefined): boolean =>
  refused === undefined || Object.keys(refused).length === 0;

const plannedBy = (next: Plan): Planned => ({ action: next.action, changes: changesOf(next) });

const verdictOf = ({ reasonCode, reason, remedy }: Extract<Verdict, { allow: false }>) => ({
  reasonCode,
  reason,
  remedy,
});
