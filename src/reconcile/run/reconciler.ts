import type { Clock } from "../../core/clock.ts";
import type { Deadline } from "../../core/deadline.ts";
import { Unavailable, unreachable } from "../../core/errors.ts";
import type { Logger } from "../../core/logger.ts";
import type { HistoryEvent } from "../../history/event.ts";
import type { Mapping, PersonInput } from "../../mapping/mapping.ts";
import type { AdoptionRules, Policy } from "../../policy/policy.ts";
import { proposeHolder } from "../adopt/holder.ts";
import type { AdoptionStore } from "../adopt/ports.ts";
import { PROPOSE_ALL } from "../adopt/rules.ts";
import { containersOf } from "../containers.ts";
import { personInput } from "../desired/conclude.ts";
import { desiredOf } from "../desired/desired.ts";
import { load } from "../desired/load.ts";
import { place } from "../desired/place.ts";
import type { DesiredResult } from "../desired/result.ts";
import type { Guard } from "../guard/guard.ts";
import { heldUnder } from "../guard/held-under.ts";
import { replacements, spendingsOf } from "../guard/limits.ts";
import { permission } from "../guard/permission.ts";
import { createRepeats } from "../guard/repeats.ts";
import type { Plan } from "../plan.ts";
import { policy, type SyncMode, type Verdict } from "../policy.ts";
import type { Claim, LinkChange, ReconcileStore } from "../ports.ts";
import { modeInForce } from "../process/orders.ts";
import type { OwnRest } from "../process/presence.ts";
import {
  type Actual,
  type Attributes,
  type Note,
  type TargetAdapter,
  type TargetCall,
  TargetConflict,
  TargetError,
  TargetPending,
  type WriteContext,
  type Written,
} from "../target.ts";
import { causeOf } from "./cause.ts";
import { changesOf } from "./changes.ts";
import { answersOf, distrust } from "./distrust.ts";
import { invitationOf } from "./invitation.ts";
import type { LoopLog } from "./loop-log.ts";
import { nextState, type Planned, RETRY_BASE_MS, type RunEnd } from "./next-state.ts";
import { outcomeOfError } from "./outcome.ts";
import { planned } from "./planned.ts";
import type { Refusals } from "./refusal.ts";
import { afterAttempt, type Conclusion, conclude, entryOf, heldBy, type OpenRefusal, withHolders } from "./refusals.ts";
import { createRunEvents } from "./run-events.ts";
import { notesOfUnsent } from "./unsent.ts";

export interface ReconcilerDeps {
  readonly store: ReconcileStore & Guard & Pick<AdoptionStore, "proposeOne">;
  readonly target: TargetAdapter;
  readonly mapping: Mapping;
  /** Of the settings; an order may say less. */
  readonly mode: SyncMode;
  /** Another number after each order to stop something: what a run began before it is not sent any more. */
  readonly term?: () => number;
  readonly policy: Policy;
  readonly clock: Clock;
  readonly logger: Logger;
  /** In [0, 1); spreads retries. */
  readonly random: () => number;
  readonly log?: LoopLog;
  /** Who of those who are there already may be proposed; all tiers unless given. */
  readonly adopt?: AdoptionRules;
  /** Of this process, for what is wrong with it alone. */
  readonly rest?: OwnRest;
  /** What the first retry waits; RETRY_BASE_MS unless given. */
  readonly retryBaseMs?: number;
}

/** Makes one entity equal at the target: load, observe, plan, policy, apply, record. Never rejects for a failure it can record. */
export type Reconciler = (claim: Claim, signal: AbortSignal) => Promise<void>;

/** What a run leaves behind besides its next. */
interface RunResult {
  readonly end: RunEnd;
  /** What the target refuses, to be remembered; absent: what was known before. */
  readonly refused?: Refusals;
  readonly link: LinkChange;
  readonly event?: HistoryEvent;
  readonly presenceChanged: boolean;
  readonly departed: readonly string[];
  readonly arrived?: readonly string[];
  /** The directory no longer has the entity and nothing of it is left at the target. */
  readonly gone: boolean;
}

type DesiredEntity = Extract<DesiredResult, { kind: "desired" }>;

/** Notes of a run, and the refusals that stand. */
interface Known {
  readonly notes: readonly Note[];
  readonly open: readonly OpenRefusal[];
}

interface Blocked {
  readonly open: readonly OpenRefusal[];
  readonly conclusion: Conclusion;
}

const quiet = { link: { kind: "keep" }, presenceChanged: false, departed: [], gone: false } as const;

export function createReconciler(deps: ReconcilerDeps): Reconciler {
  const { intentOf, outcomeOf } = createRunEvents(deps);
  const { store, target, mode, clock, logger, retryBaseMs = RETRY_BASE_MS } = deps;
  const repeats = createRepeats(clock);

  return async (claim, signal) => {
    let result: RunResult | undefined;
    try {
      const context = { signal, deadline: untilOrdered(claim.deadline, deps.term) };
      const known = await place(deps, claim, await load(deps, claim.ref, { context }));
      const resolved = await desiredOf(deps, claim.ref, known);
      const person = known.kind === "user" && known.facts.document ? personInput(known.facts) : undefined;
      result = await converge(claim, resolved, person, context);
    } catch (error) {
      if (error instanceof NotBegun) throw error.cause;
      if (signal.aborted) return store.release(claim);
      if (!(error instanceof TargetError))
        logger.error({ kind: claim.ref.kind, entityId: claim.ref.id, error }, "reconciling an entity failed");
      result = { ...quiet, end: { kind: "failed", error } };
    }
    if (!result) return;
    const { refused = claim.refused } = result;
    const next = nextState(result.end, claim.attempts, { random: deps.random(), baseMs: retryBaseMs });
    deps.log?.run(claim.ref, next, claim.attempts + 1);
    if (next.pauseAll) await store.pause(next.pauseAll.ms, next.pauseAll.reason, next.pauseAll.reasonCode);
    if (next.pauseHere) {
      const { ms, reasonCode, reason, remedy } = next.pauseHere;
      deps.rest?.begin(ms, { code: reasonCode, text: reason, remedy });
    }
    const { end, refused: _before, ...learned } = result;
    const cause = next.state === "parked" && end.kind === "failed" ? causeOf(end.error, claim.ref.id) : undefined;
    const memory = refused && !isNothing(refused) ? { refused } : {};
    await store.finish(claim, { next, ...learned, ...memory, ...(cause ? { cause } : {}) });
  };

  /** Undefined when the lease was lost: then another run is at work and this one must not speak. */
  async function converge(
    claim: Claim,
    resolved: DesiredResult,
    person: PersonInput | undefined,
    context: WriteContext,
  ): Promise<RunResult | undefined> {
    if (resolved.kind === "settled") return { ...quiet, end: { kind: "inSync", notes: resolved.notes }, gone: resolved.gone };
    if (resolved.kind !== "desired") return { ...quiet, end: resolved };

    const actual = resolved.seen ? resolved.seen.actual : await observe(claim, resolved, context);
    const { next, notes, open, invited } = await planned(deps, claim.ref, resolved, { actual, refused: claim.refused, now: clock.now() });
    if (invited) return { ...quiet, ...invited };
    if (next.action === "none") return nothingToDo(claim, resolved, actual, { notes, open });
    const byMode = policy(next, modeInForce(mode, claim.orderedMode));
    const verdict = byMode.allow ? permission(deps.policy, claim.ref, next, person) : byMode;
    if (!verdict.allow) return { ...quiet, end: { kind: "held", planned: plannedBy(next), ...verdictOf(verdict) } };

    const intent = intentOf(claim, next);
    const spendings = [
      ...spendingsOf(claim.ref, next, target.rootDepartment),
      ...(claim.ref.kind === "user" ? repeats.frequent(replacements(next)) : []),
    ];
    if (spendings.length > 0) {
      const guarded = await begin(() => store.beginGuarded({ claim, intent, action: next.action, spendings, policy: deps.policy }));
      if (guarded.kind === "lost") return undefined;
      if (guarded.kind === "held") {
        for (const hold of guarded.opened)
          logger.warn({ ...hold, target: target.name }, "a limit of the policy was reached: what is beyond it is held");
        return { ...quiet, end: { ...heldUnder(guarded), planned: plannedBy(next) } };
      }
    } else {
      const create = next.action === "create" ? { remoteId: target.remoteIdFor(claim.ref) } : undefined;
      if (!(await begin(() => store.begin(claim, intent, create)))) return undefined;
    }
    return attempt(claim, resolved, next, intent, { notes, open }, context);
  }

  async function begin<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    try {
      return await ask();
    } catch (cause) {
      if (!(cause instanceof Unavailable)) throw cause;
      throw new NotBegun("whether the run began is not known", { cause });
    }
  }

  /** What the target holds: the remembered observation while it can be trusted, else one read. */
  async function observe(claim: Claim, { link, desired }: DesiredEntity, context: WriteContext): Promise<Actual | undefined> {
    if (!link) return undefined;
    if (link.status === "intended") {
      // A create whose answer we never had is repeated, and the adapter finds what the first may have made; to remove it, it must be found first.
      return desired.state === "present" && !link.invitation ? undefined : (await target.find(claim.ref, context)).actual;
    }
    if (link.remoteId === undefined) return undefined;
    if (link.observed) return { remoteId: link.remoteId, ...link.observed };
    return (await target.read(claim.ref.kind, link.remoteId, context)).actual;
  }

  function nothingToDo(claim: Claim, resolved: DesiredEntity, actual: Actual | undefined, { notes, open }: Known): RunResult {
    const concluded = concluding(claim, actual?.attributes ?? {}, { notes, open });
    if (actual)
      return {
        ...quiet,
        ...concluded,
        link: resolved.link?.observed && !resolved.link.adopted?.fresh ? { kind: "keep" } : put(actual),
        presenceChanged: arrives(resolved),
      };
    const had = resolved.link !== undefined;
    return {
      ...quiet,
      ...concluded,
      ...(had ? { ...leaving(claim, resolved), presenceChanged: true } : { gone: !resolved.inDirectory }),
    };
  }

  /** While a call may still be carried out that was never answered, the duty stays: it is looked for when that time is over. */
  function leaving(claim: Claim, resolved: DesiredEntity): Pick<RunResult, "link" | "gone"> {
    const doubtful = claim.unsettled && target.canFind(claim.ref.kind);
    return doubtful ? { link: { kind: "doubt" }, gone: false } : { link: { kind: "remove" }, gone: !resolved.inDirectory };
  }

  function concluding({ ref, attempts }: Claim, attributes: Attributes, { notes, open }: Known): Conclusion {
    return conclude(open, notes, {
      kind: ref.kind,
      attempts,
      has: (attribute) => (attributes[attribute] ?? null) !== null,
      canFree: (attribute) => target.freeing(ref, attribute) !== undefined,
    });
  }

  async function attempt(
    claim: Claim,
    resolved: DesiredEntity,
    next: Exclude<Plan, { action: "none" }>,
    intent: HistoryEvent,
    { notes, open }: Known,
    context: WriteContext,
  ): Promise<RunResult> {
    const before = containersOf("actual" in next ? next.actual.attributes : {});
    /** What is there by now, and the departments left on the way. */
    const linked = (written: Written) => {
      const known = "actual" in next ? next.actual.attributes : {};
      const link = put({ ...written, attributes: { ...known, ...written.attributes } });
      const after = containersOf(link.attributes);
      return {
        link,
        presenceChanged: next.action === "create" || arrives(resolved),
        departed: before.filter((id) => !after.includes(id)),
        arrived: next.action === "create" ? [] : after.filter((id) => !before.includes(id)),
      };
    };
    try {
      const resume = resolved.link?.status === "intended";
      const done = await apply(claim, next, resume, context);
      if (done.written && done.calls.length === 0) {
        const unsent = notesOfUnsent(next, [...notes, ...done.written.notes]);
        const event = outcomeOf(intent, "notSent", { calls: [], refused: [] });
        return { ...quiet, ...concluding(claim, "actual" in next ? next.actual.attributes : {}, { notes: unsent, open }), event };
      }
      const refused = await withHolders(store, claim.ref, done.written?.refused ?? []);
      const nothing = refused.length > 0 && !done.calls.some(({ code }) => code === "ok");
      const event = outcomeOf(intent, nothing ? "refused" : "done", { calls: done.calls, refused: done.written ? refused : open });
      await distrust(deps, claim.ref, next, { answers: answersOf(done.written), cause: intent.id });
      if (!done.written) {
        return {
          ...concluding(claim, {}, { notes, open }),
          ...leaving(claim, resolved),
          event,
          presenceChanged: true,
          departed: before,
        };
      }
      const now = linked(done.written);
      // Switched on or off, the rest is looked at in a run of its own: access comes first.
      if (next.action === "resume" || next.action === "suspend" || resolved.again)
        return { ...quiet, ...now, end: { kind: "again" }, event };
      const known = { notes: [...notes, ...done.written.notes], open: afterAttempt(open, refused) };
      return { ...quiet, ...now, ...concluding(claim, now.link.attributes, known), event };
    } catch (error) {
      const calls = error instanceof TargetError ? error.calls : [];
      const taken = error instanceof TargetError ? error.taken : undefined;
      const blocked = await blockedBy(claim, next, error);
      const stranger = blocked?.open[0]?.stranger;
      if (stranger !== undefined && next.action === "create")
        await proposeHolder(
          { ...deps, rules: deps.adopt ?? PROPOSE_ALL },
          { ref: claim.ref, attributes: next.attributes, remoteId: stranger, intent },
          context,
        );
      const event = outcomeOf(intent, outcomeOfError(error, context.signal), { calls, error, refused: blocked?.open ?? [] });
      if (!(error instanceof TargetError))
        logger.error({ kind: claim.ref.kind, entityId: claim.ref.id, error }, "a write to the target failed");
      if (error instanceof TargetPending && next.action === "create")
        return {
          ...quiet,
          end: { kind: "failed", error },
          event,
          link: { kind: "invitation", invitation: invitationOf(error, next.attributes, event.at) },
        };
      const neverMade = next.action === "create" && !resolved.link && (event.outcome === "refused" || event.outcome === "notSent");
      const link: LinkChange = neverMade && !calls.some((call) => call.code === "ok") ? { kind: "remove" } : { kind: "keep" };
      const on = error instanceof TargetError ? await distrust(deps, claim.ref, next, { answers: [error.answer], cause: intent.id }) : [];
      const end = { kind: "failed", error, ...(on.length > 0 ? { on } : {}) } as const;
      return { ...quiet, end, ...blocked?.conclusion, event, link, ...(taken ? linked(taken) : {}) };
    }
  }

  /** A value it cannot be without, and that one of our own has, may come free; one that a stranger has needs a person's decision. */
  async function blockedBy(claim: Claim, next: Plan, error: unknown): Promise<Blocked | undefined> {
    if (!(error instanceof TargetConflict)) return undefined;
    const wanted = next.action === "create" ? next.attributes : next.action === "update" ? next.set : {};
    const open = await withHolders(store, claim.ref, [{ attribute: error.attribute, value: wanted[error.attribute] ?? null, error }]);
    const [{ told, holder }] = open as [OpenRefusal];
    const refused = Object.fromEntries(open.map((one) => entryOf(one)));
    const holderMoves =
      holder !== undefined &&
      (holder.expect === "spares"
        ? target.freeing(claim.ref, error.attribute) !== undefined
        : holder.expect !== "stays" && holder.expect !== "circle");
    return {
      open,
      conclusion: {
        end: { kind: "blocked", by: holder ? [holder.id] : [], holderMoves, told, ...heldBy(claim.ref.kind, open[0]), notes: [] },
        refused,
      },
    };
  }

  async function apply(
    claim: Claim,
    next: Exclude<Plan, { action: "none" }>,
    resume: boolean,
    context: WriteContext,
  ): Promise<{ readonly written: Written | undefined; readonly calls: readonly TargetCall[] }> {
    switch (next.action) {
      case "create":
        return withCalls(await target.create(claim.ref, next.attributes, { ...context, resume }));
      case "update":
        return withCalls(await target.update(claim.ref, next.actual, next.set, context));
      case "suspend":
        return withCalls(await target.setSuspended(claim.ref, next.actual, true, context));
      case "resume":
        return withCalls(await target.setSuspended(claim.ref, next.actual, false, context));
      case "remove":
        return { written: undefined, calls: (await target.remove(claim.ref, next.actual, context)).calls };
      default:
        return unreachable(next);
    }
  }
}

/** Over with the deadline, or as soon as an operator stops what the run may be about. */
function untilOrdered(deadline: Deadline, term: (() => number) | undefined): Deadline {
  const begun = term?.();
  return { leftMs: () => (term?.() === begun ? deadline.leftMs() : 0) };
}

/** Those who refer to an entity are told when it comes, by our doing or by an earlier call or invitation. */
const arrives = ({ link }: DesiredEntity): boolean => link?.status !== "owned" || link.adopted?.fresh === true;

/** Whether the intent stands is not known. The run leaves it at that: its lease is given back by the worker, and the intent, if there is one, settled as unknown. */
class NotBegun extends Error {}

const isNothing = (refused: Refusals | undefined): boolean => refused === undefined || Object.keys(refused).length === 0;

const plannedBy = (next: Plan): Planned => ({ action: next.action, changes: changesOf(next) });

const verdictOf = ({ reasonCode, reason, remedy }: Extract<Verdict, { allow: false }>) => ({ reasonCode, reason, remedy });

const withCalls = (written: Written) => ({ written, calls: written.calls });

const put = (actual: Pick<Actual, "remoteId" | "attributes" | "presence">): Extract<LinkChange, { kind: "put" }> => ({
  kind: "put",
  remoteId: actual.remoteId,
  attributes: actual.attributes,
  presence: actual.presence,
  containers: containersOf(actual.attributes),
});
